import { codeToSet, kernelOf, setVariables, UnknownLanguage } from '../../../../src/lab/windows/kernel';

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
  ['R', 'Sys.setenv(DISPLAY = ":1"); Sys.setenv(XAUTHORITY = "/run/a \\"b\\" $c")'],
  ['julia', 'ENV["DISPLAY"] = ":1"; ENV["XAUTHORITY"] = "/run/a \\"b\\" \\$c"'],
  ['cobol', null]
])('sets variables in %s', (language, code) => {
  expect(codeToSet(language, VARIABLES)).toBe(code);
});

it.each([
  ['python', 'import os as _os; _os.environ.update({"A":"1"}); _os.environ.pop("DISPLAY", None); del _os'],
  ['R', 'Sys.setenv(A = "1"); Sys.unsetenv("DISPLAY")'],
  ['julia', 'ENV["A"] = "1"; delete!(ENV, "DISPLAY")']
])('removes variables in %s', (language, code) => {
  expect(codeToSet(language, { DISPLAY: null, A: '1' })).toBe(code);
});

it("adds no entry to the kernel's history", async () => {
  const { kernel, requestExecute } = kernelThat('python');
  await setVariables(kernel, VARIABLES);
  expect(requestExecute).toHaveBeenCalledWith({
    code: codeToSet('python', VARIABLES),
    silent: true,
    store_history: false
  });
});

it("throws the kernel's error", async () => {
  const { kernel } = kernelThat('python', { status: 'error', ename: 'NameError', evalue: 'os' });
  await expect(setVariables(kernel, VARIABLES)).rejects.toThrow('NameError: os');
});

it('executes nothing in an unknown language', async () => {
  const { kernel, requestExecute } = kernelThat('cobol');
  await expect(setVariables(kernel, VARIABLES)).rejects.toThrow(UnknownLanguage);
  expect(requestExecute).not.toHaveBeenCalled();
});

it('finds the kernel of a notebook or console only', () => {
  const { kernel } = kernelThat('python');
  const widget = { sessionContext: { session: { kernel } } } as unknown as Widget;
  expect(kernelOf(widget)).toBe(kernel);
  expect(kernelOf({ sessionContext: { session: null } } as unknown as Widget)).toBeNull();
  expect(kernelOf({} as Widget)).toBeNull();
  expect(kernelOf(null)).toBeNull();
});
