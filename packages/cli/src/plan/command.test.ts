import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addPlan, percent, requestRate } from './command.js';

describe('traffic as a person says it', () => {
  test.each([
    ['5', 5],
    ['0.2', 0.2],
    ['10000000', 10_000_000],
  ])('is %s requests a minute', (text, rate) => {
    expect(requestRate(text)).toBe(rate);
  });

  test.each([
    '',
    ' ',
    '0',
    '-1',
    '0x10',
    '1e3',
    '1e12',
    '10000001',
    'NaN',
    'Infinity',
    'many',
    '1,000',
  ])('is not %j', (text) => {
    expect(() => requestRate(text)).toThrow('above 0 and up to 10000000');
  });

  test('fails a percentage of its requests', () => {
    expect(percent('0.5%')).toBe(0.005);
    expect(percent('100 %')).toBe(1);
    for (const wrong of ['', '%', '101%', '-1%', '0x1%']) {
      expect(() => percent(wrong)).toThrow('0% to 100%');
    }
  });

  test.each([
    ['--error-rate', '1%'],
    ['--latency', '1s'],
  ])('is not half said: %s needs --rate', async (option, value) => {
    const said: string[] = [];
    const command = new Command('plan')
      .exitOverride()
      .configureOutput({ writeErr: (text) => said.push(text) });
    addPlan(command);
    await expect(command.parseAsync([option, value], { from: 'user' })).rejects.toThrow();
    expect(said.join('')).toContain(
      `${option} describes traffic that you make up, and needs --rate`,
    );
  });
});
