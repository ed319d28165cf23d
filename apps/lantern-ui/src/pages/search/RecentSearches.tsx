import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import classes from './RecentSearches.module.css';
import { searchWords } from './recent-searches.js';
import { parseSearchParams } from './search-params.js';
import { visibleText } from '../../shared/visible-text.js';

interface RecentSearchesProps {
  readonly recent: readonly string[];
  readonly onForget: () => void;
}

/** Menu of the recent searches of this browser. */
export const RecentSearches = ({ recent, onForget }: RecentSearchesProps) => {
  const navigate = useNavigate();
  return (
    <Menu position="bottom-end" shadow="md" width={300}>
      <Tooltip label="Recent searches">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="Recent searches" disabled={recent.length === 0}>
            <IconHistory size={15} stroke={1.75} />
          </ActionIcon>
        </Menu.Target>
      </Tooltip>
      <Menu.Dropdown>
        {recent.map((query) => (
          <Menu.Item key={query} onClick={() => void navigate(`/search?${query}`)}>
            <bdi className={classes.words}>
              {visibleText(searchWords(parseSearchParams(new URLSearchParams(query))))}
            </bdi>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item c="dimmed" onClick={onForget}>
          Clear history
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
