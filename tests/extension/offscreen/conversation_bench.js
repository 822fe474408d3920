/** A conversation for tests: what goes in and out of it is the test's. */
import { RemoteWatch } from '../../../extension/offscreen/captioned_by.js';
import { Conversation } from '../../../extension/offscreen/conversation.js';
import { NO_WISH } from '../../../extension/shared/translation_rules.js';
import { noTranslation } from '../translation/stand_ins.js';
import { BEGAN } from '../transcript/builders.js';

/**
 * The conversation of tab 7, whose page shows films.
 * @param {Partial<ConstructorParameters<typeof Conversation>[1]>} outlets what a test wants to see
 */
export function conversationWith(outlets) {
  return new Conversation(
    {
      id: 'tab',
      tabId: 7,
      options: { language: 'en' },
      visible: true,
      translation: NO_WISH,
      page: { site: 'films.example', title: 'Films' },
    },
    {
      toHost: () => {},
      toOverlay: () => {},
      report: () => {},
      remote: new RemoteWatch(),
      stateChanged: () => {},
      now: () => BEGAN,
      translation: noTranslation(),
      ...outlets,
    },
  );
}
