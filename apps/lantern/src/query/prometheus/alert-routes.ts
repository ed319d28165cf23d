import { BadRequest, type PrometheusRuleGroup } from '@lantern/query-api';
import type { FastifyInstance } from 'fastify';
import type { RuleManager } from '../../rules/rule-manager.js';
import type { Scraper } from '../../scrape/scraper.js';
import { sendData } from './prometheus-answer.js';
import { addRoute, paramsOf } from './prometheus-request.js';

export interface AlertParts {
  /** Undefined without rule files. */
  readonly rules: RuleManager | undefined;
  /** Undefined without targets. */
  readonly scraper: Scraper | undefined;
}

/** Endpoints for rules, alerts and scraped targets. */
export const alertRoutes = (server: FastifyInstance, { rules, scraper }: AlertParts): void => {
  addRoute(server, ['GET'], '/rules', async (request, reply) => {
    const params = paramsOf(request);
    const type = params.get('type')?.toLowerCase() ?? '';
    if (!['', 'alert', 'record'].includes(type)) {
      throw new BadRequest(`invalid parameter "type": not supported value "${type}"`);
    }
    const names = params.getAll('rule_name[]');
    const groupNames = params.getAll('rule_group[]');
    const files = params.getAll('file[]');
    const omitsAlerts = ['1', 't', 'true'].includes(params.get('exclude_alerts')?.toLowerCase() ?? '');
    const groups = (rules?.groups() ?? [])
      .filter((group) => includes(groupNames, group.name) && includes(files, group.file))
      .map((group): PrometheusRuleGroup => ({
        ...group,
        rules: group.rules
          .filter((rule) => includes(names, rule.name))
          .filter((rule) => type === '' || rule.type === (type === 'alert' ? 'alerting' : 'recording'))
          .map((rule) => (omitsAlerts && rule.type === 'alerting' ? { ...rule, alerts: [] } : rule)),
      }))
      .filter((group) => group.rules.length > 0);
    return sendData(reply, { groups });
  });

  addRoute(server, ['GET'], '/alerts', async (_request, reply) =>
    sendData(reply, { alerts: rules?.alerts() ?? [] }),
  );

  addRoute(server, ['GET'], '/targets', async (request, reply) => {
    const state = paramsOf(request).get('state') ?? '';
    const active = state === 'dropped' ? [] : (scraper?.targets() ?? []);
    const dropped = state === 'active' ? [] : (scraper?.droppedTargets() ?? []);
    return sendData(reply, {
      activeTargets: active,
      droppedTargets: dropped.map((discoveredLabels) => ({ discoveredLabels })),
      droppedTargetCounts: {},
    });
  });
};

/** An empty list selects everything. */
const includes = (list: readonly string[], item: string): boolean => list.length === 0 || list.includes(item);
