import { english } from '../fakes/translation';
import { INITIAL_STATUS } from '../../../src/services/status';
import { ViewersBanner } from '../../../src/viewer/viewersbanner';
import { modelOf } from '../fakes/api';

import type { Desktop } from '../../../src/model';

const ME: Desktop.IViewer = { id: 'c1', user: { username: 'me', name: 'Me' }, rights: ['see', 'keys'], invited: false };

const manage = jest.fn();
let banner: ViewersBanner;

function viewer(name: string, change: Partial<Desktop.IViewer> = {}): Desktop.IViewer {
  return { id: `c-${name}`, user: { username: name.toLowerCase(), name }, rights: ['see'], invited: true, ...change };
}

function show(others: Desktop.IViewer[], change: Partial<Desktop.IStatus> = {}): string {
  const model = modelOf({ viewers: [ME, ...others] });
  banner.update({ ...INITIAL_STATUS, connected: true, connectionId: 'c1', model, ...change });
  return banner.node.hidden ? '' : banner.node.querySelector('span')!.textContent;
}

beforeEach(() => {
  manage.mockClear();
  banner = new ViewersBanner({ trans: english, manage });
});

afterEach(() => {
  banner.dispose();
  banner.dispose();
});

it.each<[string, Desktop.IViewer[]]>([
  ['', []],
  ['', [{ ...ME, id: 'c2' }]],
  ['Me is viewing this desktop.', [{ ...ME, id: 'c2', rights: ['see'], invited: true }]],
  ['Ann is viewing this desktop.', [viewer('Ann')]],
  ['Ann is viewing this desktop.', [viewer('Ann', { invited: false })]],
  ['Ann is viewing this desktop.', [viewer('Ann'), viewer('Ann', { id: 'c9' })]],
  ['Ann is controlling this desktop.', [viewer('Ann', { rights: ['see', 'keys'] })]],
  ['Ann is controlling this desktop.', [viewer('Ann', { rights: ['see', 'pointer'] })]],
  ['Ann, Bob are viewing this desktop.', [viewer('Ann'), viewer('Bob')]],
  [
    'Ann is controlling this desktop. Bob is viewing this desktop.',
    [viewer('Bob'), viewer('Ann', { rights: ['see', 'keys'] })]
  ],
  ['ann is viewing this desktop.', [viewer('Ann', { user: { username: 'ann', name: '' } })]]
])('says "%s"', (text, others) => {
  expect(show(others)).toBe(text);
});

it('opens the dialog', () => {
  show([viewer('Ann')]);
  banner.node.querySelector('button')!.click();
  expect(manage).toHaveBeenCalledTimes(1);
});

it('says "View only" to those who may only look, and not who else is there', () => {
  expect(show([viewer('Ann')], { rights: ['see'] })).toBe('View only');
  expect(banner.node.querySelector('button')!.hidden).toBe(true);
});

it('says nothing while there is no connection', () => {
  expect(show([viewer('Ann')], { connected: false })).toBe('');
});

it('shows names as text', () => {
  expect(show([viewer('<b>x</b>')])).toBe('<b>x</b> is viewing this desktop.');
  expect(banner.node.querySelector('b')).toBeNull();
});
