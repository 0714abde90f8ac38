import { createRoot } from 'react-dom/client';
import { watchGroup } from './group-watch.ts';
import { sufferFaults } from './leader-faults.ts';
import { shownTab, watchTab } from './shown-tab.ts';
import { TabPage } from './TabPage.tsx';

watchTab();
watchGroup();
sufferFaults(() => shownTab.get().leadership.leader === 'this tab');

const root = document.querySelector('#tab');
if (!root) throw new Error('tab.html has no #tab.');
createRoot(root).render(<TabPage />);
