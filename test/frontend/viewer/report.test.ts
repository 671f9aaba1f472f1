import { english } from '../fakes/translation';
import { ReportButton } from '../../../src/viewer/report';

const writeText = jest.fn();
const fetch = jest.fn();
let report: ReportButton;

function button(): HTMLButtonElement {
  return report.node.querySelector('button')!;
}

function text(): HTMLTextAreaElement | null {
  return report.node.querySelector('textarea');
}

async function click(): Promise<void> {
  button().click();
  await new Promise(done => setTimeout(done));
}

beforeEach(() => {
  jest.resetAllMocks();
  writeText.mockResolvedValue(undefined);
  fetch.mockResolvedValue('All about it.');
  Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
  report = new ReportButton({ fetch, fallback: 'default: failed', trans: english });
  document.body.append(report.node);
});

afterEach(() => {
  report.dispose();
  report.dispose();
});

it("copies the server's report", async () => {
  await click();
  expect(writeText).toHaveBeenCalledWith('All about it.');
  expect(button().textContent).toBe('Copied');
  expect(text()).toBeNull();
});

it('sends one request at a time', () => {
  fetch.mockReturnValue(new Promise(() => undefined));
  button().click();
  button().click();
  expect(button().disabled).toBe(true);
  expect(fetch).toHaveBeenCalledTimes(1);
});

it.each([
  ['rejects the copy', { writeText }],
  ['has no clipboard', undefined]
])('shows the report, selected, if the browser %s', async (_, clipboard) => {
  writeText.mockRejectedValue(new Error('not allowed'));
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  await click();
  await click();
  expect(report.node.querySelectorAll('textarea')).toHaveLength(1);
  expect(document.activeElement).toBe(text());
  expect(text()).toMatchObject({ value: 'All about it.', readOnly: true, selectionStart: 0, selectionEnd: 13 });
});

it("copies the client's details if the server returns no report", async () => {
  fetch.mockRejectedValue(new Error('gone'));
  await click();
  expect(writeText).toHaveBeenCalledWith('default: failed\n\nThe server returned no report: Error: gone');
});

it('copies nothing after it was disposed', async () => {
  let answer: (text: string) => void = () => undefined;
  fetch.mockReturnValue(new Promise(done => (answer = done)));
  button().click();
  report.dispose();
  answer('late');
  await new Promise(done => setTimeout(done));
  expect(writeText).not.toHaveBeenCalled();
});
