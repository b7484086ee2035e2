import { show } from '../ui/show.tsx';
import { LiveRehearsal } from './RehearsalPage.tsx';

void show(
  <LiveRehearsal />,
  () => location.reload(),
  () => undefined,
);
