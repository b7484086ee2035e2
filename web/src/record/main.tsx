import { show } from '../ui/show.tsx';
import { RecordPage } from './RecordPage.tsx';

void show(
  <RecordPage />,
  () => location.reload(),
  () => undefined,
);
