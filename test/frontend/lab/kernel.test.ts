import { codeSetting, kernelOf, setVariables, UnknownLanguage } from '../../../src/lab/kernel';

import type { Kernel } from '@jupyterlab/services';
import type { Widget } from '@lumino/widgets';

const VARIABLES = { DISPLAY: ':1', XAUTHORITY: '/run/a "b" $c' };

function kernelThat(language: string, content: object = { status: 'ok' }) {
  const requestExecute = jest.fn(() => ({ done: Promise.resolve({ content }) }));
  const kernel = { info: Promise.resolve({ language_info: { name: language } }), requestExecute };
  return { requestExecute, kernel: kernel as unknown as Kernel.IKernelConnection };
}

it.each([
  ['python', 'import os as _os; _os.environ.update({"DISPLAY":":1","XAUTHORITY":"/run/a \\"b\\" $c"}); del _os'],
  ['R', 'Sys.setenv(DISPLAY = ":1", XAUTHORITY = "/run/a \\"b\\" $c")'],
  ['julia', 'ENV["DISPLAY"] = ":1"; ENV["XAUTHORITY"] = "/run/a \\"b\\" \\$c"'],
  ['cobol', null]
])('knows how %s sets variables', (language, code) => {
  expect(codeSetting(language, VARIABLES)).toBe(code);
});

it('leaves no trace in the history of the kernel', async () => {
  const { kernel, requestExecute } = kernelThat('python');
  await setVariables(kernel, VARIABLES);
  expect(requestExecute).toHaveBeenCalledWith({
    code: codeSetting('python', VARIABLES),
    silent: true,
    store_history: false
  });
});

it('says what the kernel has against it', async () => {
  const { kernel } = kernelThat('python', { status: 'error', ename: 'NameError', evalue: 'os' });
  await expect(setVariables(kernel, VARIABLES)).rejects.toThrow('NameError: os');
});

it('asks nothing of a language that it does not know', async () => {
  const { kernel, requestExecute } = kernelThat('cobol');
  await expect(setVariables(kernel, VARIABLES)).rejects.toThrow(UnknownLanguage);
  expect(requestExecute).not.toHaveBeenCalled();
});

it('finds the kernel of a notebook or console, and none elsewhere', () => {
  const { kernel } = kernelThat('python');
  const widget = { sessionContext: { session: { kernel } } } as unknown as Widget;
  expect(kernelOf(widget)).toBe(kernel);
  expect(kernelOf({ sessionContext: { session: null } } as unknown as Widget)).toBeNull();
  expect(kernelOf({} as Widget)).toBeNull();
  expect(kernelOf(null)).toBeNull();
});
