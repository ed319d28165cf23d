import { formatNanos } from '@lantern/telemetry-model';
import { button, element, foreign, visible } from './element.js';
import type { ViewedTrace } from './viewed-trace.js';

/** Height of a row in pixels, as in the style. */
const ROW_HEIGHT = 26;

/** Rows drawn above and below the visible ones. */
const MARGIN_ROWS = 12;

const INDENT = 14;
const MOST_INDENT = 24;

/** Tree of the spans beside their bars. Only the visible rows are in the document. */
export class Waterfall {
  readonly root: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly list: HTMLElement;
  private readonly collapsed = new Set<number>();
  private shown: number[] = [];
  private marked = new Set<number>();
  private selected = -1;

  constructor(
    private readonly trace: ViewedTrace,
    private readonly onSelect: (row: number) => void,
  ) {
    this.list = element('div', { className: 'rows' });
    this.scroller = element(
      'div',
      {
        className: 'scroller',
        attributes: { role: 'tree', tabindex: '0', 'aria-label': 'Spans' },
      },
      this.list,
    );
    this.scroller.addEventListener('scroll', () => this.draw(), { passive: true });
    this.scroller.addEventListener('keydown', (event) => this.press(event));
    this.root = element('div', { className: 'waterfall' }, this.axis(), this.scroller);
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.arrange();
  }

  /** Marks rows, and scrolls to the first of them. */
  mark(rows: readonly number[]): void {
    this.marked = new Set(rows);
    const [first] = rows;
    if (first === undefined) this.draw();
    else this.reveal(first);
  }

  select(row: number): void {
    this.selected = row;
    this.reveal(row);
  }

  /** Expands what hides a row, and scrolls to it. */
  private reveal(row: number): void {
    for (const above of [...this.collapsed]) {
      if (above < row && row < this.behind(above)) this.collapsed.delete(above);
    }
    this.arrange();
    const top = this.shown.indexOf(row) * ROW_HEIGHT;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop || top > scrollTop + clientHeight - ROW_HEIGHT) {
      this.scroller.scrollTop = top - clientHeight / 3;
    }
    this.draw();
  }

  private behind(row: number): number {
    return row + (this.trace.data.rows.size[row] ?? 1);
  }

  private toggle(row: number): void {
    if (!this.collapsed.delete(row)) this.collapsed.add(row);
    this.arrange();
  }

  private arrange(): void {
    this.shown = [];
    for (let row = 0; row < this.trace.length; row = this.collapsed.has(row) ? this.behind(row) : row + 1) {
      this.shown.push(row);
    }
    this.list.style.height = `${this.shown.length * ROW_HEIGHT}px`;
    this.draw();
  }

  private draw(): void {
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - MARGIN_ROWS);
    const last = Math.ceil((scrollTop + Math.max(clientHeight, 400)) / ROW_HEIGHT) + MARGIN_ROWS;
    this.list.replaceChildren(
      ...this.shown.slice(first, last).map((row, i) => this.rowElement(row, first + i)),
    );
    if (this.selected === -1) this.scroller.removeAttribute('aria-activedescendant');
    else this.scroller.setAttribute('aria-activedescendant', rowId(this.selected));
  }

  private rowElement(row: number, place: number): HTMLElement {
    const { trace } = this;
    const { rows } = trace.data;
    const depth = rows.depth[row] ?? 0;
    const hasChildren = (rows.size[row] ?? 1) > 1;
    const isCollapsed = this.collapsed.has(row);
    const duration = formatNanos(trace.duration(row));
    const label = element(
      'span',
      { className: 'label', title: visible(`${trace.service(row)}: ${trace.name(row)}`) },
      hasChildren
        ? button(isCollapsed ? '▸' : '▾', () => this.toggle(row), 'toggle')
        : element('span', { className: 'toggle' }),
      element('span', { className: `dot s${(rows.service[row] ?? 0) % 12}` }),
      foreign(trace.service(row), 'service'),
      ' ',
      foreign(trace.name(row), 'name'),
      trace.isFailed(row) ? element('span', { className: 'failed', title: 'Status ERROR' }, '!') : undefined,
      isCollapsed ? element('span', { className: 'faint' }, ` +${(rows.size[row] ?? 1) - 1}`) : undefined,
    );
    label.style.paddingLeft = `${Math.min(depth, MOST_INDENT) * INDENT + 4}px`;
    const created = element(
      'div',
      {
        className: 'row',
        onClick: () => this.onSelect(row),
        attributes: {
          id: rowId(row),
          role: 'treeitem',
          'aria-level': String(depth + 1),
          'aria-selected': String(row === this.selected),
          'data-marked': String(this.marked.has(row)),
          ...(hasChildren && { 'aria-expanded': String(!isCollapsed) }),
        },
      },
      label,
      element('span', { className: 'lane' }, ...this.bars(row), this.durationLabel(row, duration)),
    );
    created.style.top = `${place * ROW_HEIGHT}px`;
    return created;
  }

  private bars(row: number): HTMLElement[] {
    const { rows } = this.trace.data;
    const bar = (from: number, to: number, className: string): HTMLElement => {
      const created = element('span', { className });
      created.style.left = `${this.percent(from)}%`;
      created.style.width = `max(2px, ${this.percent(Math.max(to, from)) - this.percent(from)}%)`;
      return created;
    };
    const start = rows.start[row] ?? 0;
    return [
      bar(start, rows.end[row] ?? start, `bar s${(rows.service[row] ?? 0) % 12}`),
      ...(this.trace.critical.get(row) ?? []).map(([from, to]) => bar(from, to, 'critical')),
    ];
  }

  /** The duration is behind the bar, or before it, or on it, where it has room. */
  private durationLabel(row: number, text: string): HTMLElement {
    const { rows } = this.trace.data;
    const start = rows.start[row] ?? 0;
    const [from, to] = [this.percent(start), this.percent(Math.max(rows.end[row] ?? 0, start))];
    const created = element('span', { className: 'duration' }, text);
    if (to < 85) created.style.left = `calc(${to}% + 4px)`;
    else if (from > 15) created.style.right = `calc(${100 - from}% + 4px)`;
    else created.style.right = '4px';
    return created;
  }

  private percent(nano: number): number {
    return (100 * nano) / Math.max(1, this.trace.data.rows.duration);
  }

  private axis(): HTMLElement {
    const ticks = [0, 0.25, 0.5, 0.75].map((share) => {
      const tick = element('span', { className: 'tick' }, formatNanos(share * this.trace.data.rows.duration));
      tick.style.left = `${share * 100}%`;
      return tick;
    });
    return element(
      'div',
      { className: 'axis' },
      element('span', { className: 'label' }, 'Service and operation'),
      element('span', { className: 'lane' }, ...ticks),
    );
  }

  private press(event: KeyboardEvent): void {
    const place = this.shown.indexOf(this.selected);
    const row = this.selected;
    switch (event.key) {
      case 'ArrowDown':
        this.onSelect(this.shown[Math.min(this.shown.length - 1, place + 1)] ?? 0);
        break;
      case 'ArrowUp':
        this.onSelect(this.shown[Math.max(0, place - 1)] ?? 0);
        break;
      case 'ArrowLeft':
        if (row !== -1 && this.behind(row) > row + 1 && !this.collapsed.has(row)) this.toggle(row);
        break;
      case 'ArrowRight':
        if (this.collapsed.has(row)) this.toggle(row);
        break;
      default:
        return;
    }
    event.preventDefault();
  }
}

const rowId = (row: number): string => `row-${row}`;
