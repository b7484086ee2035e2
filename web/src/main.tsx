import { SeatPage } from './seat-page.tsx';
import { createSession } from './session/index.ts';
import { show } from './ui/show.tsx';

const session = createSession(location, document);
const reload = () => location.reload();

void show(<SeatPage session={session} onReload={reload} />, reload, session.actions.leave);
