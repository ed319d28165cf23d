import { formatGoDuration } from '@lantern/go-syntax';
import { Link } from 'react-router';
import type { AlertRule } from '../../api/alerts.js';
import table from '../../shared/table/Table.module.css';
import { visibleText } from '../../shared/visible-text.js';
import { metricsPath } from '../metrics/metrics-params.js';
import classes from './RuleTable.module.css';

/** All alerting rules with their state, and the error of the last evaluation. */
export const RuleTable = ({ rules }: { readonly rules: readonly AlertRule[] }) => (
  <div className={table.frame}>
    <table className={table.table} aria-label="Rules">
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">State</th>
          <th scope="col">Condition</th>
          <th scope="col">For</th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule) => (
          <tr key={JSON.stringify([rule.file, rule.group, rule.name, rule.query])}>
            <td className={`${table.name} ${classes.name}`}>
              <bdi title={`${rule.group} in ${rule.file}`}>{visibleText(rule.name)}</bdi>
            </td>
            <td className={classes.state} data-state={rule.health === 'err' ? 'firing' : rule.state}>
              {rule.health === 'err' ? 'failed' : rule.state}
            </td>
            <td className={classes.condition}>
              <Link to={metricsPath({ queries: [rule.query] })}>
                <code>{visibleText(rule.query)}</code>
              </Link>
              {rule.lastError !== undefined && rule.lastError !== '' && (
                <p className={classes.error}>{visibleText(rule.lastError)}</p>
              )}
            </td>
            <td className={classes.state}>{formatGoDuration(BigInt(Math.round(rule.duration * 1e9)))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
