import type { ITranslation } from './translation';

/** Mark a text for the catalogues that is translated where it is shown. */
const translatable = (text: string): string => text;

/**
 * The sentences of the server and of `services/` that people see, and words in them, with `%1`, `%2`, … for what varies.
 *
 * Those that are not here, such as the sentences of backends in other packages, are shown in English.
 * `test_translated_texts.py` checks that the server has each of these.
 */
const SERVER_TEXTS: readonly string[] = [
  // Why a desktop is stopped, has failed or runs elsewhere.
  translatable('It was stopped because it had not been used for %1.'),
  translatable('The desktop was stopped while it started.'),
  translatable('The desktop is not up after %1 s.'),
  translatable('The process that runs this desktop was killed from outside.'),
  translatable("The desktop's state file was damaged; start the desktop again."),
  translatable('The process that runs this desktop met an unexpected error: %1.'),
  translatable('This desktop runs on another machine or in another container.'),
  translatable('The desktop %1 runs on another machine or in another container.'),
  translatable(
    'Stop it there, or give each machine and container a runtime directory of its own, with JUPYTER_VNC_RUNTIME_DIR or c.VncProxy.runtime_dir.'
  ),
  // Why it can't have a monitor more, or a larger one.
  translatable('A desktop can have at most %1 monitors.'),
  translatable("Viewers that are connected through another Jupyter server are this desktop's monitors."),
  translatable('The monitors need %1 pixels side by side, and a desktop can have at most %2.'),
  translatable('The monitors need %1 pixels together, and this desktop can have at most %2.'),
  translatable('Make a panel smaller.'),
  // Why a file can't be opened on it.
  translatable('There is no such file.'),
  translatable('This path leads out of the directory that Jupyter shows.'),
  translatable('The files of this Jupyter server are not in a directory of its machine, so no desktop has them.'),
  translatable('No application on the desktop opens files of this type.'),
  translatable('There is no such application on the desktop.'),
  translatable("The application did not start; the desktop's log %1 may say why."),
  translatable('Neither gio nor xdg-open is installed, which open files.'),
  translatable("The desktop's session is not running, or was started by an earlier version: restart the desktop."),
  translatable('The desktop does not start the program.'),
  // Why it can't be recorded, and why a recording has ended.
  translatable('The administrator has turned recording off.'),
  translatable("Desktops of this backend can't be recorded: their pictures are not on an X display."),
  translatable("Recording needs %1, which the Jupyter server's environment lacks."),
  translatable('This desktop is being recorded already.'),
  translatable('This desktop is not being recorded.'),
  translatable('Another Jupyter server records this desktop; it can be stopped there.'),
  translatable('The name of the file must end with %1, and not begin with a dot.'),
  translatable("The file's folder is not a folder."),
  translatable('You may not write to this folder.'),
  translatable('There is a file with this name already.'),
  translatable("FFmpeg can't encode %1: %2."),
  translatable('The program that records does not respond.'),
  translatable('The program that records does not end.'),
  translatable("The program that records has failed; the desktop's log %1 may say why."),
  translatable('The desktop has stopped.'),
  translatable('The Jupyter server has ended.'),
  translatable('It is as long as the administrator allows.'),
  translatable('Its file is as large as the administrator allows.'),
  translatable('The disk is full.'),
  translatable('The file could not be written: %1.'),
  // Why there is no screenshot of it.
  translatable('The window is minimized.'),
  translatable('The window is closed.'),
  translatable('The window is covered, and this X server has only what is on the screen.'),
  // Why programs can't be paused.
  translatable('The desktop is not running, or was started by an earlier version: restart the desktop.'),
  translatable("The desktop's runner does not respond."),
  // Why an application can't be opened alone, or has ended.
  translatable('There is no such application, or it may not be opened here.'),
  translatable('%1 opens no files that it is given.'),
  translatable('The desktop entry of %1 has no valid command: %2.'),
  translatable('The program %1 of %2 is not installed.'),
  translatable('No terminal is installed, in which the program runs.'),
  translatable('No window manager is installed, which an application needs.'),
  translatable('%1 ended without showing a window (%2).'),
  translatable('%1 crashed (%2).'),
  // What failed in it …
  translatable('%1 was not ready within %2 s.'),
  translatable('%1 ended while starting (%2).'),
  translatable('%1 ended after %2 s (%3).'),
  translatable('%1 crashed %2 times within %3 s (%4).'),
  translatable('%1 could not be executed: %2.'),
  translatable('The display server'),
  translatable('The VNC server'),
  translatable('The desktop session'),
  translatable('exit status %1'),
  translatable('signal %1'),
  // … and why.
  translatable('The library %1 is not installed.'),
  translatable('The X server finds no fonts.'),
  translatable(
    "The X server can't compile a keymap: it needs xkbcomp and its data in the directories that it was built for, such as /usr/bin and /usr/share/X11/xkb, even if the server itself was unpacked elsewhere."
  ),
  translatable("The session can't reach its D-Bus; often another environment's library shadows the system's."),
  translatable('The user database has no entry for this user id, which a program of the session needs.'),
  translatable("The session's program is not installed."),
  translatable('There is too little shared memory in /dev/shm.'),
  translatable('There is no space left on the disk.'),
  translatable('A directory that the desktop needs to write to is read-only.'),
  translatable('Every display number that was tried is taken, or has a stale lock.'),
  translatable("OpenGL's software renderer is missing."),
  translatable("This Xvnc is not TigerVNC's, or is too old: it does not know one of its arguments."),
  translatable('This version of the program does not know one of its arguments.'),
  translatable("The container's seccomp profile forbids a system call that the program needs."),
  translatable('The X server could not make its socket in /tmp/.X11-unix.'),
  translatable('The directory %1 is not writable, and most sessions need it.'),
  translatable('A session must stay in the foreground; perhaps it went into the background.'),
  translatable('HOME is not set, and the user database has no entry for this user; a session needs a home directory.'),
  translatable('HOME is /, which is not writable; a session needs a home directory.'),
  translatable(
    'The file %1 is imported in place of the module %2; rename it, or remove its directory from PYTHONPATH.'
  ),
  translatable('Therefore the process that runs this desktop could not start.'),
  translatable('The file system of the directory %1 has no file locks (flock: %2).'),
  translatable('The file system of the runtime directory has no file locks (flock: %1).'),
  translatable('The directory %1 could not be written: %2.'),
  translatable('The directory %1 could not be created: %2.'),
  translatable('%1 could not be written: %2.'),
  translatable('%1 are not installed.'),
  translatable('%1 is not installed.'),
  translatable('The backend %1 needs it.'),
  translatable('The backend %1 needs them.'),
  translatable('No desktop environment, window manager or terminal is installed.'),
  translatable('The session %1 is not installed; installed: %2.'),
  translatable('There is no session %1; installed: %2.'),
  translatable('There is no backend %1; choose one of %2.'),
  // Answers to requests.
  translatable('There is no desktop named %1.'),
  translatable('There is a desktop named %1 already.'),
  translatable('The name %1 is reserved; choose another one.'),
  translatable(
    "A desktop's name has 1 to 32 letters, digits, dots, dashes or underscores and begins with a letter or digit."
  ),
  translatable('No more than %1 desktops may run at once; stop one of the others first.'),
  translatable('The desktop %1 is running already.'),
  translatable(
    'The desktop %1 could not be stopped: the process that runs it does not end, though it was killed. It may be waiting for a disk or a network file system.'
  ),
  translatable('The same request is being handled already; try again later.'),
  translatable("Too many requests wait for this machine's programs; try again later."),
  translatable("The option %1 can't have this value: %2."),
  translatable('The backend %1 needs the option %2:'),
  translatable('The display %1 does not respond.'),
  translatable('The VNC server does not respond: %1.'),
  translatable('%1 is a mount, so %2 was not removed.'),
  translatable('%1 could not be removed: %2.'),
  translatable('The administrator of this server allows no invitations.'),
  translatable('A desktop can have at most %1 invitations; withdraw one first.'),
  translatable('The invitation has ended or was withdrawn.'),
  translatable('There is no such connection.'),
  translatable('There is no such invitation.'),
  translatable('The ticket is not valid, or was used before.'),
  translatable('The access to this server was withdrawn.'),
  translatable('User is not authorized to %1 on resource: %2.'),
  translatable('The response is not JSON.'),
  translatable('The Jupyter server refused the request: this page’s address is not allowed.'),
  translatable('The Jupyter server refused the XSRF token of this page.'),
  translatable('jupyter-vnc-proxy is not installed on this Jupyter server.'),
  // Notes on quality, in the details of a connection.
  translatable('H.264 is unavailable, so video and animations use more bandwidth: %1.'),
  translatable('H.264 has failed, so video and animations use more bandwidth: %1.'),
  translatable('A browser stopped decoding the video, so it continues without %1.'),
  translatable('The X server does not respond.'),
  // The options of our backends, and the session without a desktop environment.
  translatable('A terminal without a window manager'),
  translatable('%1 and a terminal'),
  translatable('The configured command'),
  translatable('X server'),
  translatable(
    "The display server: xvnc (TigerVNC's, for the display only), xvfb, or xdummy (Xorg with its dummy driver); auto is xvnc if TigerVNC is installed, else xvfb."
  ),
  translatable('Marked text'),
  translatable(
    "Whether text that is only marked on the desktop (PRIMARY) goes to the browser's clipboard, too: no, or yes."
  ),
  translatable('RDP host'),
  translatable('The machine to connect to, as in pc.example.org, 192.0.2.7:3389 or [2001:db8::7]:3389.'),
  // What a program is needed for.
  translatable('X programs'),
  translatable('a terminal'),
  translatable("asks for the RDP user's name, password and trust"),
  translatable('the RDP client'),
  translatable('the VNC server'),
  translatable('the compositor'),
  translatable('the desktop'),
  translatable('the display'),
  translatable("the picture's arithmetic"),
  // Durations.
  translatable('%1 hours'),
  translatable('%1 hour'),
  translatable('%1 minutes'),
  translatable('%1 minute'),
  translatable('%1 seconds')
];

/** What `%1` may be: anything within one sentence. */
const VALUE = '((?:(?!\\. ).)+?)';

/** Texts with the expression that finds each at the start of a text. */
const PATTERNS = SERVER_TEXTS.map(text => {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return { text, pattern: new RegExp(`^${escaped.replace(/%\d/g, VALUE)}(?=\\s|$)`) };
});

/** Translate what the server says, sentence by sentence; what is unknown stays in English. */
export function translateServerText(text: string, trans: ITranslation): string {
  for (const known of PATTERNS) {
    const match = known.pattern.exec(text);
    if (match !== null) {
      const values = match.slice(1).map(value => translateWhole(value, trans));
      const rest = text.slice(match[0].length);
      const space = /^\s*/.exec(rest)![0];
      return translated(known.text, values, trans) + space + translateServerText(rest.slice(space.length), trans);
    }
  }
  return text;
}

/** Translate a part of a sentence, if all of it is known. */
function translateWhole(value: string, trans: ITranslation): string {
  for (const { text, pattern } of PATTERNS) {
    const match = pattern.exec(value);
    if (match?.[0] === value && value !== '') {
      return translated(text, match.slice(1), trans);
    }
  }
  // A program with what it is needed for.
  const described = /^(.+) \((.+)\)$/.exec(value);
  return described === null ? value : `${described[1]} (${translateWhole(described[2], trans)})`;
}

/** Translate a text of the table; not `trans.__(text)`, whose argument must be a literal. */
function translated(text: string, values: readonly string[], trans: ITranslation): string {
  return trans.__.call(trans, text, ...values);
}
