import { ActionIcon, Kbd, Modal } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconKeyboard } from '@tabler/icons-react';
import { SHORTCUTS } from './shortcuts.js';
import classes from './KeyboardHelp.module.css';

/** Dialog with the keyboard shortcuts, opened by a button or `?`. */
export const KeyboardHelp = () => {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  // `?` needs different keys and modifiers on different keyboards, so the character decides.
  useHotkeys([
    ['?', toggle, { usePhysicalKeys: false }],
    ['shift+?', toggle, { usePhysicalKeys: false }],
  ]);
  return (
    <>
      <ActionIcon
        className={classes.button ?? ''}
        variant="subtle"
        color="gray"
        size={30}
        aria-label="Keyboard shortcuts"
        onClick={toggle}
      >
        <IconKeyboard size={18} stroke={1.75} />
      </ActionIcon>
      <Modal
        opened={isOpen}
        onClose={close}
        title="Keyboard shortcuts"
        size="md"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {SHORTCUTS.map(({ where, keys }) => (
          <section key={where} className={classes.group}>
            <h3 className={classes.where}>{where}</h3>
            <dl className={classes.list}>
              {keys.map(({ press, does }) => (
                <div key={does} className={classes.row}>
                  <dt className={classes.keys}>
                    {press.map((key) => (
                      <Kbd key={key} size="xs">
                        {key}
                      </Kbd>
                    ))}
                  </dt>
                  <dd className={classes.does}>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </Modal>
    </>
  );
};
