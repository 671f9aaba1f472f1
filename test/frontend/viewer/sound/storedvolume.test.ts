import { storedVolume, storeVolume } from '../../../../src/viewer/sound/storedvolume';

afterEach(() => localStorage.clear());

it('remembers the volume of each desktop', () => {
  expect(storedVolume('one')).toBeUndefined();
  storeVolume('one', 0);
  storeVolume('other', 45);
  expect([storedVolume('one'), storedVolume('other'), storedVolume('third')]).toEqual([0, 45, undefined]);
});

it.each(['{"one": "loud"}', '{"one": 400}', '["one"]', 'null', '{'])('ignores what is no volume: %s', stored => {
  localStorage.setItem('jupyter-vnc-proxy:volumes', stored);
  expect(storedVolume('one')).toBeUndefined();
  storeVolume('one', 20);
  expect(storedVolume('one')).toBe(20);
});

it('goes on without storage', () => {
  jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  storeVolume('one', 20);
  expect(storedVolume('one')).toBeUndefined();
  jest.restoreAllMocks();
});
