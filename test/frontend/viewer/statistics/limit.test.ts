import { english } from '../../fakes/translation';
import { limitOf } from '../../../../src/viewer/statistics/limit';
import { limitName, limitWords, milliseconds, rate } from '../../../../src/viewer/statistics/words';

import type { IFacts, Limit } from '../../../../src/viewer/statistics/limit';

const FAST: IFacts = {
  baseLatencyMs: 8,
  latencyMs: 12,
  kbps: 3000,
  browserShare: 0.2,
  load: { processors: 2, mainShare: 0.2, ranShare: 0.4, waitedShare: 0.02 },
  capacityKbps: null,
  unsentBytes: 0
};

function limit(facts: Partial<IFacts>): Limit {
  return limitOf({ ...FAST, ...facts });
}

it('finds nothing if all is fast, or unknown', () => {
  expect(limit({})).toEqual({ by: 'nothing' });
  expect(limit({ baseLatencyMs: null, latencyMs: null, load: null })).toEqual({ by: 'nothing' });
});

it('finds a browser that decodes all the time, before it blames others for the delay', () => {
  expect(limit({ browserShare: 0.9, baseLatencyMs: 400, latencyMs: 900 })).toEqual({ by: 'browser', share: 0.9 });
});

it('finds a machine whose processors others use', () => {
  const load = { processors: 2, mainShare: 0.3, ranShare: 0.5, waitedShare: 0.4 };
  expect(limit({ load })).toEqual({ by: 'machine', share: 0.4 });
  // It runs for much longer than it waits.
  expect(limit({ load: { ...load, ranShare: 1.5, waitedShare: 0.3 } })).toEqual({ by: 'nothing' });
});

it('finds a server that encodes all the time, with one thread or with all', () => {
  expect(limit({ load: { processors: 8, mainShare: 0.9, ranShare: 1, waitedShare: 0 } })).toEqual({ by: 'server' });
  expect(limit({ load: { processors: 2, mainShare: 0.2, ranShare: 1.8, waitedShare: 0 } })).toEqual({ by: 'server' });
});

it('finds a link that is full: the server knows its capacity, or round trips grow', () => {
  expect(limit({ capacityKbps: 4000 })).toEqual({ by: 'capacity', kbps: 3000 });
  expect(limit({ capacityKbps: 40_000 })).toEqual({ by: 'nothing' });
  expect(limit({ unsentBytes: 500_000 })).toEqual({ by: 'capacity', kbps: 3000 });
  expect(limit({ latencyMs: 250 })).toEqual({ by: 'capacity', kbps: 3000 });
  expect(limit({ latencyMs: 250, kbps: 10 })).toEqual({ by: 'nothing' });
});

it('finds a link with long round trips', () => {
  expect(limit({ baseLatencyMs: 300, latencyMs: 310 })).toEqual({ by: 'delay', latencyMs: 300 });
});

it('says each in words, with what helps', () => {
  const limits: Limit[] = [
    { by: 'browser', share: 0.9 },
    { by: 'machine', share: 0.4 },
    { by: 'server' },
    { by: 'delay', latencyMs: 300 },
    { by: 'capacity', kbps: 3000 }
  ];
  for (const each of limits) {
    const { what, help } = limitWords(each, english);
    expect(what).toMatch(/\.$/);
    expect(help).toMatch(/\.$/);
    expect(limitName(each, english)).not.toBe('nothing');
  }
  expect(limitWords({ by: 'delay', latencyMs: 300 }, english).what).toBe('The link is slow: 300 ms.');
  expect(limitWords({ by: 'nothing' }, english)).toEqual({ what: '', help: '' });
});

it('rounds numbers to what is of use', () => {
  expect([0.84, 23.4].map(value => milliseconds(value, english))).toEqual(['0.8 ms', '23 ms']);
  expect([42, 3210, 45_600].map(value => rate(value, english))).toEqual(['0.04 Mbit/s', '3.21 Mbit/s', '46 Mbit/s']);
});
