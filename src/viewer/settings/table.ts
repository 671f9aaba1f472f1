import { DEFAULT_VOLUME } from '../vieweroptions';

import type { ITranslation } from '../translation';

export type SettingValue = string | number | boolean | null | readonly string[];

/** One setting of viewers, as schema/plugin.json and the plain page's drawer have it. */
export interface ISetting {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly default: SettingValue;
  /** The values to choose from. */
  readonly choices?: readonly { value: string | number | null; title: string }[];
  /** The least and the greatest number. */
  readonly range?: readonly [number, number];
  /** Whether each desktop can have a value of its own. */
  readonly isPerDesktop: boolean;
  /** Whether only a Mac has what it is about. */
  readonly isForMac?: boolean;
}

/** The settings of viewers, in their order. A test compares them with schema/plugin.json. */
export function settingsTable(trans: ITranslation): readonly ISetting[] {
  return [...pictureSettings(trans), ...inputSettings(trans), ...pointerSettings(trans), ...otherSettings(trans)];
}

function pictureSettings(trans: ITranslation): ISetting[] {
  return [
    {
      key: 'qualityLevel',
      title: trans.__('Picture quality'),
      description: trans.__(
        'The quality of JPEG and H.264 while the picture changes, from 0 (smallest) to 9 (best). From level 7, H.264 has full chroma (4:4:4), which keeps colored text sharp. Automatic is 8 if the server and the browser support full chroma, and 6 otherwise. Takes effect immediately.'
      ),
      choices: [
        { value: null, title: trans.__('Automatic') },
        { value: 0, title: trans.__('0 (smallest)') },
        ...[1, 2, 3, 4, 5, 6, 7, 8].map(value => ({ value, title: String(value) })),
        { value: 9, title: trans.__('9 (best)') }
      ],
      default: null,
      isPerDesktop: true
    },
    {
      key: 'compressionLevel',
      title: trans.__('Compression'),
      description: trans.__(
        'The compression level, from 0 (least CPU time on the server) to 9 (least network traffic). Takes effect immediately.'
      ),
      range: [0, 9],
      default: 2,
      isPerDesktop: true
    },
    {
      key: 'resolution',
      title: trans.__('Resolution'),
      description: trans.__(
        "On a screen with more than one pixel per CSS pixel, or with the browser's zoom, the desktop can use each pixel of the screen, which is sharper. Automatic: if its programs can be scaled while they run, as in Xfce, it has no more than 3840x2160 pixels, and the link is fast enough. Takes effect immediately."
      ),
      choices: [
        { value: 'auto', title: trans.__('Automatic') },
        { value: 'native', title: trans.__('Each pixel of the screen') },
        { value: 'css', title: trans.__("As the browser's page, which may scale it up") }
      ],
      default: 'auto',
      isPerDesktop: true
    },
    {
      key: 'scale',
      title: trans.__('Scale'),
      description: trans.__(
        "How large the desktop's programs draw text, windows and the cursor. Automatic: as large as the browser draws its page. Programs in Xfce change at once, others when they start. If several panels show the desktop, it has the scale of the one used last."
      ),
      choices: [
        { value: 'auto', title: trans.__('Automatic') },
        ...['100', '125', '150', '175', '200', '250', '300'].map(value => ({ value, title: trans.__('%1 %', value) }))
      ],
      default: 'auto',
      isPerDesktop: true
    },
    {
      key: 'scaling',
      title: trans.__('Size'),
      description: trans.__(
        'How the desktop fills its panel. If several panels show it, it has the size of the one used last. Takes effect immediately.'
      ),
      choices: [
        { value: 'resize', title: trans.__('Resize the desktop to the panel') },
        { value: 'fit', title: trans.__("Keep the desktop's size, and scale its picture to fit") },
        { value: 'actual', title: trans.__("Keep the desktop's size, and scroll") }
      ],
      default: 'resize',
      isPerDesktop: true
    }
  ];
}

function inputSettings(trans: ITranslation): ISetting[] {
  return [
    {
      key: 'commandKey',
      title: trans.__('Cmd on a Mac'),
      description: trans.__(
        'What the Cmd key of a Mac is on the desktop: Ctrl, so that Cmd+C copies there too, or Alt. Takes effect immediately.'
      ),
      choices: [
        { value: 'control', title: trans.__('Ctrl') },
        { value: 'alt', title: trans.__('Alt') }
      ],
      default: 'control',
      isPerDesktop: true,
      isForMac: true
    },
    {
      key: 'holdForAccents',
      title: trans.__('Hold a key for accents on a Mac'),
      description: trans.__(
        'Whether your Mac shows accents while you hold the key of a letter; choose one with its number or a click. Letters are not held or repeated on the desktop then, which games need. Takes effect immediately.'
      ),
      default: false,
      isPerDesktop: true,
      isForMac: true
    },
    {
      key: 'clipboard',
      title: trans.__('Clipboard'),
      description: trans.__(
        "What is copied between your browser's clipboard and the desktop's. The administrator may allow less. Takes effect immediately."
      ),
      choices: [
        { value: 'both', title: trans.__('Both directions') },
        { value: 'to-desktop', title: trans.__('Only from the browser to the desktop') },
        { value: 'from-desktop', title: trans.__('Only from the desktop to the browser') },
        { value: 'off', title: trans.__('Nothing') }
      ],
      default: 'both',
      isPerDesktop: true
    },
    {
      key: 'confirmClose',
      title: trans.__('Ask before closing the page'),
      description: trans.__(
        'Whether the browser asks before it closes the page while a desktop has the keyboard: the browser keeps Ctrl+W for itself, except in full screen. Takes effect immediately.'
      ),
      default: true,
      isPerDesktop: true
    },
    {
      key: 'sendKeys',
      title: trans.__('Keys to send'),
      description: trans.__(
        'Your own entries of the menu Send Keys, such as Ctrl+Alt+F2 or Ctrl+Shift+Escape. Takes effect immediately.'
      ),
      default: [],
      isPerDesktop: false
    }
  ];
}

function pointerSettings(trans: ITranslation): ISetting[] {
  return [
    {
      key: 'wheelSpeed',
      title: trans.__('Speed of the wheel'),
      description: trans.__(
        "How far wheels, trackpads and two fingers scroll on the desktop: 1 is a step for a wheel's notch, 2 is two. Takes effect immediately."
      ),
      choices: [0.25, 0.5, 1, 1.5, 2, 3, 4].map(value => ({ value, title: String(value) })),
      default: 1,
      isPerDesktop: true
    },
    {
      key: 'touchMode',
      title: trans.__('Touch'),
      description: trans.__(
        'What a finger does on a touch screen: touch what is below it, or move the pointer as on a trackpad, where a tap clicks at the pointer. Takes effect immediately.'
      ),
      choices: [
        { value: 'direct', title: trans.__('Touch what is below the finger') },
        { value: 'trackpad', title: trans.__('Move the pointer, as on a trackpad') }
      ],
      default: 'direct',
      isPerDesktop: true
    },
    {
      key: 'keyboardButton',
      title: trans.__('Keyboard button'),
      description: trans.__(
        'When a desktop has the button that raises the keyboard of a phone or tablet, with a row of Esc, Tab, Ctrl, Alt and arrows. Takes effect immediately.'
      ),
      choices: [
        { value: 'touch', title: trans.__('On touch screens') },
        { value: 'always', title: trans.__('Always') },
        { value: 'never', title: trans.__('Never') }
      ],
      default: 'touch',
      isPerDesktop: true
    }
  ];
}

function otherSettings(trans: ITranslation): ISetting[] {
  return [
    {
      key: 'volume',
      title: trans.__('Volume'),
      description: trans.__('How loud the desktop is once it is unmuted, in percent. Takes effect immediately.'),
      choices: Array.from({ length: 21 }, (_, step) => ({ value: 5 * step, title: trans.__('%1 %', 5 * step) })),
      default: DEFAULT_VOLUME,
      isPerDesktop: true
    },
    {
      key: 'showStatistics',
      title: trans.__('Statistics'),
      description: trans.__(
        'Whether the round trip, the frame rate and what limits them are shown over the desktop. Takes effect immediately.'
      ),
      default: false,
      isPerDesktop: true
    }
  ];
}
