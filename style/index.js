import './base.css';
import './keyboard.css';
import './panels.css';
import './touch.css';
