import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it } from '@jest/globals';
import { keepPreviousOf } from './keep-previous.js';

describe('keepPreviousOf', () => {
  const never = () => new Promise<string>(() => undefined);
  const options = (service: string, range: string, queryFn: () => Promise<string>) => ({
    queryKey: ['stats', service, range],
    queryFn,
    placeholderData: keepPreviousOf('stats', service),
  });

  const shownAfter = async (service: string, range: string): Promise<string | undefined> => {
    const client = new QueryClient();
    const observer = new QueryObserver(
      client,
      options('orders', '1h', () => Promise.resolve('of orders')),
    );
    const unsubscribe = observer.subscribe(() => undefined);
    await observer.refetch();
    observer.setOptions(options(service, range, never));
    const { data } = observer.getCurrentResult();
    unsubscribe();
    client.clear();
    return data;
  };

  it('keepPreviousOf keeps the data of a subject while another range of it is loading', async () => {
    expect(await shownAfter('orders', '2h')).toBe('of orders');
  });

  it('keepPreviousOf does not show the data of one subject under the name of another', async () => {
    expect(await shownAfter('users', '1h')).toBeUndefined();
  });
});
