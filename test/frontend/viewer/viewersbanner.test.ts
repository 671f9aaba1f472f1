import { english } from '../../../src/page/english';
import { INITIAL_STATUS } from '../../../src/services/status';
import { ViewersBanner } from '../../../src/viewer/viewersbanner';
import { modelOf } from '../fakes/api';

import type { Desktop } from '../../../src/model';

const ANN = { username: 'ann', name: 'Ann' };
const BOB = { username: 'bob', name: 'Bob' };
const ME: Desktop.IViewer = { id: 'me', user: ANN, rights: ['see', 'keys'], invited: false };

function show(viewers: Desktop.IViewer[], rights: Desktop.Right[] = ['see', 'keys']): ViewersBanner {
  const banner = new ViewersBanner({ trans: english, manage: () => undefined });
  const model = modelOf({ viewers });
  banner.update({ ...INITIAL_STATUS, phase: 'running', connected: true, model, rights, connectionId: 'me' });
  return banner;
}

it('is hidden while nobody else is connected', () => {
  expect(show([ME, { ...ME, id: 'second-panel' }]).node.hidden).toBe(true);
});

it('names those who look, and those who control', () => {
  const looking: Desktop.IViewer = { id: 'b', user: BOB, rights: ['see'], invited: true };
  expect(show([ME, looking]).node.textContent).toContain('Viewed by Bob.');
  const controlling: Desktop.IViewer = { ...looking, rights: ['see', 'keys'] };
  expect(show([ME, controlling]).node.textContent).toContain('Controlled by Bob, too.');
});

it('counts an invited connection of the same user', () => {
  expect(show([ME, { ...ME, id: 'x', rights: ['see'], invited: true }]).node.textContent).toContain('Viewed by Ann.');
});

it('says that this viewer may only look, without a button', () => {
  const { node } = show([{ ...ME, rights: ['see'] }], ['see']);
  expect(node.textContent).toContain('View only');
  expect(node.querySelector('button')!.hidden).toBe(true);
});
