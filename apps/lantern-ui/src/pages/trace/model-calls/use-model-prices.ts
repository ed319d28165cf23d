import { DEFAULT_MODEL_PRICES, parseModelPrices, type ModelPrices } from '@lantern/trace-analysis';
import { useLocalStorage } from '@mantine/hooks';
import { useMemo } from 'react';

/** Prices by which costs are computed: the table that the user saved in this browser, or the public list. */
export const useModelPrices = () => {
  const [saved, save, reset] = useLocalStorage({
    key: 'lantern.model-prices',
    defaultValue: '',
    getInitialValueInEffect: false,
  });
  const prices = useMemo(() => pricesOf(saved), [saved]);
  return { prices, isOwn: saved !== '', save, reset };
};

const pricesOf = (saved: string): ModelPrices => {
  try {
    return saved === '' ? DEFAULT_MODEL_PRICES : parseModelPrices(saved);
  } catch {
    // An older version of the page may have saved another form.
    return DEFAULT_MODEL_PRICES;
  }
};
