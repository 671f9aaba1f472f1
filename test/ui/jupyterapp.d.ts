/** What JupyterLab shows of itself to scripts of its page. */
interface Window {
  jupyterapp: {
    commands: { execute(id: string, args?: object): Promise<unknown> };
  };
}
