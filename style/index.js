import './base.css';
import './keyboard.css';
import './panels.css';
import './recording.css';
import './screenshots.css';
import './settings.css';
import './statistics.css';
import './touch.css';
