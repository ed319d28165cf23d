/** Kinds of programs whose set-up Lantern knows. */
export const SENDERS = {
  nest: 'NestJS',
  node: 'Node.js',
  python: 'Python',
  java: 'Java',
  go: 'Go',
  dotnet: '.NET',
  browser: 'a web page',
} as const;

export type Sender = keyof typeof SENDERS;

export interface SenderEndpoint {
  /** Address of OTLP over HTTP: `http://localhost:4318`. */
  readonly otlp: string;
  /** Whether requests need a token. */
  readonly needsToken: boolean;
}

/** Name of the service in the lines, to be replaced by the reader. */
const SERVICE = 'my-service';

/** Commands for a shell, and code where a program needs some. */
export interface SenderSetup {
  readonly shell: readonly string[];
  readonly code?: { readonly file: string; readonly lines: readonly string[] };
}

/** Returns the lines to copy so that a program sends its spans to Lantern. */
export const senderSetup = (sender: Sender, { otlp, needsToken }: SenderEndpoint): SenderSetup => {
  const variables = [
    `export OTEL_SERVICE_NAME=${SERVICE}`,
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${otlp}`,
    ...(needsToken ? ['export OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<the token>'] : []),
  ];
  const overHttp = [...variables, 'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf'];
  switch (sender) {
    case 'nest':
      return {
        shell: [
          'npm install @lantern/observability',
          ...variables,
          'node --import @lantern/observability/register dist/main.js',
        ],
      };
    case 'node':
      return {
        shell: [
          'npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node',
          ...overHttp,
          'node --require @opentelemetry/auto-instrumentations-node/register app.js',
        ],
      };
    case 'python':
      return {
        shell: [
          'pip install opentelemetry-distro opentelemetry-exporter-otlp',
          'opentelemetry-bootstrap -a install',
          ...overHttp,
          'opentelemetry-instrument python app.py',
        ],
      };
    case 'java':
      return {
        shell: [
          'curl -LO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar',
          ...overHttp,
          'java -javaagent:opentelemetry-javaagent.jar -jar app.jar',
        ],
      };
    case 'go':
      return {
        shell: [
          'go get go.opentelemetry.io/otel/sdk go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp',
          ...variables,
          'go run .',
        ],
        code: {
          file: 'main.go',
          lines: [
            'exporter, err := otlptracehttp.New(ctx)',
            'if err != nil {',
            '\tlog.Fatal(err)',
            '}',
            'provider := trace.NewTracerProvider(trace.WithBatcher(exporter))',
            'defer provider.Shutdown(ctx)',
            'otel.SetTracerProvider(provider)',
          ],
        },
      };
    case 'dotnet':
      return {
        shell: [
          'dotnet add package OpenTelemetry.Extensions.Hosting',
          'dotnet add package OpenTelemetry.Instrumentation.AspNetCore',
          'dotnet add package OpenTelemetry.Exporter.OpenTelemetryProtocol',
          ...overHttp,
          'dotnet run',
        ],
        code: {
          file: 'Program.cs',
          lines: [
            'builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing',
            '    .AddAspNetCoreInstrumentation()',
            '    .AddOtlpExporter());',
          ],
        },
      };
    case 'browser':
      return {
        shell: [
          'npm install @opentelemetry/sdk-trace-web @opentelemetry/resources @opentelemetry/exporter-trace-otlp-http',
        ],
        code: {
          file: 'telemetry.js',
          lines: [
            "import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';",
            "import { resourceFromAttributes } from '@opentelemetry/resources';",
            "import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web';",
            '',
            'const exporter = new OTLPTraceExporter({',
            `  url: '${otlp}/v1/traces',`,
            ...(needsToken ? ["  headers: { authorization: 'Bearer <the token>' },"] : []),
            '});',
            'new WebTracerProvider({',
            `  resource: resourceFromAttributes({ 'service.name': '${SERVICE}' }),`,
            '  spanProcessors: [new BatchSpanProcessor(exporter)],',
            '}).register();',
          ],
        },
      };
  }
};

/** Returns the lines as text: the commands, then the code below the name of its file in the language's comment. */
export const formatSenderSetup = ({ shell, code }: SenderSetup): string =>
  [...shell, ...(code === undefined ? [] : ['', `// ${code.file}`, ...code.lines])].join('\n');
