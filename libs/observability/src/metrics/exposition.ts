/** A request as an OpenMetrics exemplar: labels, value and time. */
export interface SampleExemplar {
  labels: string;
  value: number;
  /** Time in seconds since 1970. */
  timestamp: number;
}

export interface Sample {
  suffix: '' | '_total' | '_bucket' | '_sum' | '_count';
  /** As `labelText()` writes them. */
  labels: string;
  /** Upper bound of a bucket. */
  le?: number;
  value: number;
  exemplar?: SampleExemplar | undefined;
  /** Whether Prometheus' text format leaves the sample out, which only OpenMetrics requires. */
  isOpenMetricsOnly?: boolean;
}

/** All samples of one name. A counter is named without its `_total`. */
export interface MetricFamily {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  /** Last word of the name where it has a unit. */
  unit: string | undefined;
  samples: Sample[];
}

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `a="1",b="2"`, escaped. */
export const labelText = (labels: Iterable<readonly [string, string]>): string => {
  return Array.from(labels, ([name, value]) => `${name}="${escape(value)}"`).join(',');
};

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const prometheusText = (families: Iterable<MetricFamily>): string => {
  let text = '';
  for (const family of families) {
    const name = family.type === 'counter' ? `${family.name}_total` : family.name;
    text += `# HELP ${name} ${family.help.replace(/[\\\n]/g, escaped)}\n# TYPE ${name} ${family.type}\n`;
    for (const sample of family.samples) {
      if (sample.isOpenMetricsOnly === true) continue;
      text += `${family.name}${sample.suffix}${braces(sample, number)} ${number(sample.value)}\n`;
    }
  }
  return text;
};

/** https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const openMetricsText = (families: Iterable<MetricFamily>): string => {
  let text = '';
  for (const family of families) {
    text += `# TYPE ${family.name} ${family.type}\n`;
    if (family.unit !== undefined) text += `# UNIT ${family.name} ${family.unit}\n`;
    text += `# HELP ${family.name} ${escape(family.help)}\n`;
    for (const sample of family.samples) {
      text += `${family.name}${sample.suffix}${braces(sample, canonical)} ${number(sample.value)}`;
      const { exemplar } = sample;
      if (exemplar)
        text += ` # {${exemplar.labels}} ${number(exemplar.value)} ${exemplar.timestamp.toFixed(3)}`;
      text += '\n';
    }
  }
  return `${text}# EOF\n`;
};

const braces = ({ labels, le }: Sample, format: (value: number) => string): string => {
  if (le === undefined) return labels === '' ? '' : `{${labels}}`;
  return `{${labels}${labels === '' ? '' : ','}le="${format(le)}"}`;
};

const number = (value: number): string => {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
};

// "Considerations: Canonical Numbers" of the specification: bounds are written as floats.
const canonical = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : number(value));

const escape = (text: string): string => text.replace(/[\\"\n]/g, escaped);

const escaped = (character: string): string => (character === '\n' ? '\\n' : `\\${character}`);
