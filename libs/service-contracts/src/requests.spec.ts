import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { CreateOrderRequest } from './orders/create-order-request.js';
import { ListOrdersQuery } from './orders/list-orders-query.js';
import { PageQuery } from './page.js';
import { CreateUserRequest } from './users/create-user-request.js';

const wrongFields = (type: ClassConstructor<object>, value: object) =>
  validateSync(plainToInstance(type, value))
    .map(({ property }) => property)
    .sort();

describe('CreateOrderRequest', () => {
  const order = { user_id: '1', product: 'laptop', quantity: 1 };

  it.each([order, { ...order, quantity: 1000 }, { ...order, product: 'x'.repeat(64) }])(
    'CreateOrderRequest accepts %j',
    (value) => {
      expect(wrongFields(CreateOrderRequest, value)).toEqual([]);
    },
  );

  it.each([
    ['quantity', 0],
    ['quantity', -1],
    ['quantity', 1001],
    ['quantity', 1.5],
    ['quantity', '1'],
    ['quantity', Number.NaN],
    ['quantity', undefined],
    ['product', ''],
    ['product', 'x'.repeat(65)],
    ['product', 7],
    ['user_id', ''],
    ['user_id', 'a/b'],
    ['user_id', 1],
    ['user_id', ['1']],
    ['user_id', null],
  ])('refuses %s = %j', (field, value) => {
    expect(wrongFields(CreateOrderRequest, { ...order, [field]: value })).toEqual([field]);
  });
});

describe('CreateUserRequest', () => {
  const user = { name: 'Ada Lovelace', email: 'ada@example.com' };

  it('CreateUserRequest accepts a name and an e-mail address', () => {
    expect(wrongFields(CreateUserRequest, user)).toEqual([]);
  });

  it.each([
    ['name', ''],
    ['name', 'x'.repeat(101)],
    ['name', 1],
    ['email', 'ada'],
    ['email', 'ada@'],
    ['email', `${'x'.repeat(250)}@example.com`],
    ['email', undefined],
  ])('refuses %s = %j', (field, value) => {
    expect(wrongFields(CreateUserRequest, { ...user, [field]: value })).toEqual([field]);
  });
});

describe('PageQuery', () => {
  it('PageQuery has a default limit of 20 items', () => {
    expect(plainToInstance(PageQuery, {})).toEqual({ limit: 20 });
  });

  it('PageQuery parses its limit from the query string', () => {
    expect(plainToInstance(PageQuery, { limit: '7' })).toEqual({ limit: 7 });
  });

  it.each([
    ['limit', '0'],
    ['limit', '101'],
    ['limit', 'many'],
    ['limit', ['1', '2']],
    ['cursor', 'x'.repeat(257)],
    ['cursor', ['a', 'b']],
  ])('refuses %s = %j', (field, value) => {
    expect(wrongFields(PageQuery, { [field]: value })).toEqual([field]);
  });
});

describe('ListOrdersQuery', () => {
  it('ListOrdersQuery is a page query with an optional user ID', () => {
    expect(wrongFields(ListOrdersQuery, { limit: '5', user_id: '1' })).toEqual([]);
    expect(wrongFields(ListOrdersQuery, { limit: '0', user_id: '../1' })).toEqual(['limit', 'user_id']);
  });
});
