import { parseModelPrices } from '@lantern/trace-analysis';
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import classes from './PriceEditor.module.css';
import { useModelPrices } from './use-model-prices.js';

/** Editor of the prices of models. They are stored in this browser. */
export const PriceEditor = () => {
  const { prices, isOwn, save, reset } = useModelPrices();
  const [draft, setDraft] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const text = draft ?? JSON.stringify(prices, null, 2);
  return (
    <details className={classes.editor}>
      <summary>Prices of models ({isOwn ? 'own' : 'public list prices'})</summary>
      <Textarea
        autosize
        maxRows={16}
        label="US dollars per million tokens, by the beginning of the name of a model"
        value={text}
        error={problem}
        onChange={(event) => setDraft(event.currentTarget.value)}
        spellCheck={false}
      />
      <div className={classes.buttons}>
        <Button
          disabled={draft === undefined}
          onClick={() => {
            try {
              parseModelPrices(text);
              save(text);
              setDraft(undefined);
              setProblem(undefined);
            } catch (error) {
              setProblem(error instanceof Error ? error.message : String(error));
            }
          }}
        >
          Save prices
        </Button>
        <Button
          disabled={!isOwn}
          onClick={() => {
            reset();
            setDraft(undefined);
          }}
        >
          Use list prices
        </Button>
      </div>
    </details>
  );
};
