import { costOf, type GenAiCall, type GenAiMessage, type GenAiPart } from '@lantern/trace-analysis';
import { SegmentedControl } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { FieldTable } from '../../../shared/FieldTable.js';
import { formatCount } from '../../../shared/format/count.js';
import { visibleText } from '../../../shared/visible-text.js';
import { formatCost } from '../model-calls/cost.js';
import { PriceEditor } from '../model-calls/PriceEditor.js';
import { useModelPrices } from '../model-calls/use-model-prices.js';
import { Markdown } from './Markdown.js';
import classes from './ModelCall.module.css';
import { Section } from './Section.js';

const FORMS = [
  { value: 'text', label: 'Text' },
  { value: 'markdown', label: 'Markdown' },
  { value: 'json', label: 'JSON' },
  { value: 'hidden', label: 'Hidden' },
] as const;
type MessageForm = (typeof FORMS)[number]['value'];

/** Call of a model or a tool: model, tokens, cost and messages. */
export const ModelCall = ({ call }: { readonly call: GenAiCall }) => {
  const { operation, provider, model, inputTokens, outputTokens, finishReasons, tool, messages } = call;
  const { prices } = useModelPrices();
  const [form, setForm] = useLocalStorage<MessageForm>({ key: 'lantern.messages', defaultValue: 'markdown' });
  const cost = costOf(call, prices);
  const fields: readonly (readonly [string, string])[] = [
    ['Operation', operation],
    ['Provider', provider],
    ['Model', model],
    ['Input tokens', inputTokens === undefined ? '' : formatCount(inputTokens)],
    ['Output tokens', outputTokens === undefined ? '' : formatCount(outputTokens)],
    ['Cost', cost === undefined ? '' : formatCost(cost)],
    ['Finished by', finishReasons],
    ['Tool', tool?.name ?? ''],
  ];
  return (
    <Section title={tool === undefined ? 'Model call' : 'Tool call'} isOpen>
      <FieldTable label="Model call" fields={fields.filter(([, value]) => value !== '')} />
      <PriceEditor />
      {(messages.length > 0 || tool !== undefined) && (
        <SegmentedControl
          size="xs"
          aria-label="Messages as"
          value={form}
          onChange={(value) => setForm(FORMS.find((each) => each.value === value)?.value ?? 'text')}
          data={FORMS.map(({ value, label }) => ({ value, label }))}
        />
      )}
      {form === 'hidden' ? undefined : (
        <ol className={classes.messages} aria-label="Messages">
          {messages.map((message, i) => (
            <Message key={i} message={message} form={form} />
          ))}
          {tool !== undefined && (
            <Message
              form={form}
              message={{
                role: 'tool',
                parts: [
                  { type: 'tool-call', name: tool.name, id: '', text: tool.arguments },
                  { type: 'tool-result', id: '', text: tool.result },
                ],
              }}
            />
          )}
        </ol>
      )}
    </Section>
  );
};

interface MessageProps {
  readonly message: GenAiMessage;
  readonly form: MessageForm;
}

const Message = ({ message, form }: MessageProps) => (
  <li className={classes.message} data-role={message.role}>
    <span className={classes.role}>{visibleText(message.role)}</span>
    {form === 'json' ? (
      <pre className={classes.text}>{JSON.stringify(message.parts, null, 2)}</pre>
    ) : (
      message.parts.map((part, i) => <Part key={i} part={part} isMarkdown={form === 'markdown'} />)
    )}
  </li>
);

const Part = ({ part, isMarkdown }: { readonly part: GenAiPart; readonly isMarkdown: boolean }) => {
  if (part.type === 'text')
    return isMarkdown ? (
      <Markdown text={part.text} />
    ) : (
      <pre className={classes.text}>{visibleText(part.text)}</pre>
    );
  return (
    <div className={classes.tool}>
      <span className={classes.role}>
        {part.type === 'tool-call' ? <>calls {visibleText(part.name)}</> : 'result'}
      </span>
      <pre className={classes.text}>{visibleText(part.text)}</pre>
    </div>
  );
};
