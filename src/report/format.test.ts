import { expect, test } from 'vitest'
import {
  formatAbout,
  formatAge,
  formatDuration,
  formatNumber,
  formatSeconds,
  formatTime,
  plural,
  shorten,
} from './format.ts'

test.each([
  [0, '0'],
  [0.01234, '0.0123'],
  [1.2, '1.20'],
  [9.999, '10.0'],
  [45.64, '45.6'],
  [999.6, '1,000'],
  [1234.5, '1,230'],
  [1234567, '1,230,000'],
  [0.00000123, '1.23e-6'],
  [-1.5, '-1.50'],
  [Infinity, '∞'],
  [null, '-'],
  [Number.NaN, '-'],
])('number %s: three significant digits: %s', (value, text) => {
  expect(formatNumber(value)).toBe(text)
})

test.each([
  [0, '0 ms'],
  [0.0000004, '0.400 µs'],
  [0.00085, '850 µs'],
  [0.0009996, '1.00 ms'],
  [0.01994, '19.9 ms'],
  [0.9999, '1.00 s'],
  [1.236, '1.24 s'],
  [123.4, '123 s'],
  [null, '-'],
])('%s seconds are shown as %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text)
})

test.each([
  [0.44, '0.4 s'],
  [9.96, '10 s'],
  [45, '45 s'],
  [59.6, '1 min'],
  [80, '1 min 20 s'],
  [120, '2 min'],
  [3599.7, '1 h'],
  [7500, '2 h 5 min'],
  [-1, '0.0 s'],
])('%s seconds last %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

test.each([
  [3, 'about 5 s'],
  [32, 'about 35 s'],
  [50, 'about 1 min'],
  [80, 'about 1 min'],
  [100, 'about 2 min'],
  [3500, 'about 1 h'],
])('%s seconds are estimated as %s', (seconds, text) => {
  expect(formatAbout(seconds)).toBe(text)
})

test.each([
  [5, '5 s ago'],
  [300, '5 min ago'],
  [7000, '2 h ago'],
  [259200, '3 days ago'],
])('%s seconds are %s', (seconds, text) => {
  expect(formatAge(seconds)).toBe(text)
})

test('a time is local, without a zone', () => {
  expect(formatTime(new Date(2026, 10, 22, 9, 5, 3))).toBe('2026-11-22 09:05:03')
})

test('one thing is singular', () => {
  expect([plural(1, 'point'), plural(1200, 'point')]).toEqual(['1 point', '1,200 points'])
})

test('a text becomes one line, cut with a sign', () => {
  expect(shorten('queue\n  full, try later', 12)).toBe('queue full,…')
})
