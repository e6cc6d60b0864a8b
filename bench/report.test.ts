import { expect, it } from 'vitest';
import { spreadOf, tables } from './report.js';

it('takes the middle of the rounds, and both ends', () => {
  expect(spreadOf([3, undefined, 1, 2])).toEqual({ min: 1, median: 2, max: 3 });
  expect(spreadOf([undefined])).toBeUndefined();
});

it('compares systems round by round', () => {
  const figures = (value: number) => ({ 'messages/s': value });
  const text = tables([
    { scenario: 'S1', system: 'natter', round: 1, figures: figures(2_000) },
    { scenario: 'S1', system: 'raw', round: 1, figures: figures(4_000) },
    { scenario: 'S1', system: 'natter', round: 2, figures: figures(3_000) },
    { scenario: 'S1', system: 'raw', round: 2, figures: figures(3_000) },
  ]);
  expect(text.split('\n')[0]).toBe('| S1 | natter | raw | natter ÷ raw |');
  expect(text.split('\n')[2]).toBe('| messages/s | 3,000 (2,000–3,000) | 4,000 (3,000–4,000) | 1 (0.5–1) |');
});
