import './base.css';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { speakFirstLanguage } from '../messages/languages.ts';
import { rememberedLook, showLook } from './appearance.ts';
import { Breakdown } from './Breakdown.tsx';

/**
 * Shows a page in the person's language and look, in the element `#page`. Where it breaks, `onBroken` ends what it was
 * doing, and a sentence stands in its place.
 */
export const show = async (page: ReactNode, onReload: () => void, onBroken: () => void): Promise<void> => {
  showLook(rememberedLook(), document.documentElement);
  await speakFirstLanguage(document, location);
  const place = document.getElementById('page');
  if (place === null) throw new Error('The page has no element #page');
  createRoot(place).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <Breakdown onReload={onReload} onBroken={onBroken}>
          {page}
        </Breakdown>
      </I18nProvider>
    </StrictMode>,
  );
};
