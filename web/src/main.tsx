import { SeatPage } from './seat-page.tsx';
import { createSession } from './session/index.ts';
import { show } from './ui/show.tsx';

const reload = () => location.reload();

void show(<SeatPage session={createSession(location, document)} onReload={reload} />, reload);
