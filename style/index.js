import './base.css';
import './keyboard.css';
import './panels.css';
import './settings.css';
import './sound.css';
import './statistics.css';
import './touch.css';
