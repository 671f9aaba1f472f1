/** What jsdom lacks, and the rule that a message on the console fails the test. */

class FakeResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

window.ResizeObserver = FakeResizeObserver;
window.DragEvent = class extends MouseEvent {} as typeof DragEvent;
Object.defineProperty(navigator, 'clipboard', { value: {}, configurable: true });
window.requestIdleCallback = callback => Number(setTimeout(callback));
window.cancelIdleCallback = handle => clearTimeout(handle);
window.matchMedia = query =>
  Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    addListener: () => undefined,
    removeListener: () => undefined
  }) as unknown as MediaQueryList;

let complaints: unknown[][] = [];

beforeEach(() => {
  document.body.replaceChildren();
  complaints = [];
  for (const level of ['error', 'warn'] as const) {
    jest.spyOn(console, level).mockImplementation((...args: unknown[]) => {
      complaints.push([level, ...args]);
    });
  }
});

afterEach(() => {
  expect(complaints).toEqual([]);
});
