import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { Widget } from '@lumino/widgets';

type Variables = Record<string, string>;

/** How each language sets variables of its environment; by the name that kernels give their language. */
const LANGUAGES: Record<string, (variables: Variables) => string> = {
  python: variables => `import os as _os; _os.environ.update(${JSON.stringify(variables)}); del _os`,
  R: variables =>
    `Sys.setenv(${Object.entries(variables)
      .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
      .join(', ')})`,
  julia: variables =>
    Object.entries(variables)
      .map(([name, value]) => `ENV["${name}"] = ${JSON.stringify(value).replaceAll('$', '\\$')}`)
      .join('; ')
};

/** The code that sets variables in a kernel of a language; null where we don't know how. */
export function codeSetting(language: string, variables: Variables): string | null {
  return LANGUAGES[language]?.(variables) ?? null;
}

/** The kernel of a notebook or a console; null of any other widget. */
export function kernelOf(widget: Widget | null): Kernel.IKernelConnection | null {
  const { sessionContext } = (widget ?? {}) as { sessionContext?: ISessionContext };
  return sessionContext?.session?.kernel ?? null;
}

/** Sets variables of a kernel's environment, with no trace in its history; throws what the kernel answers. */
export async function setVariables(kernel: Kernel.IKernelConnection, variables: Variables): Promise<void> {
  const { language_info: language } = await kernel.info;
  const code = codeSetting(language.name, variables);
  if (code === null) {
    throw new UnknownLanguage(language.name);
  }
  const { content } = await kernel.requestExecute({ code, silent: true, store_history: false }).done;
  if (content.status !== 'ok') {
    throw new Error(content.status === 'error' ? `${content.ename}: ${content.evalue}` : content.status);
  }
}

/** We don't know how a language sets variables. */
export class UnknownLanguage extends Error {
  constructor(readonly language: string) {
    super(language);
  }
}
