'use strict';
import('./lantern.js');
