// How the pages get at the application's state.
import { createContext, use, useSyncExternalStore } from 'react';
import type { ChatState } from '../store/chat-state.js';
import type { ChatStore } from '../store/chat-store.js';
import type { Natter } from '../store/natter.js';
import type { SessionState } from '../store/session.js';
import type { Store } from '../store/store.js';

export const NatterContext = createContext<Natter | undefined>(undefined);
/** Set inside pages that need somebody signed in. */
export const ChatContext = createContext<ChatStore | undefined>(undefined);

export function useNatter(): Natter {
  const natter = use(NatterContext);
  if (!natter) throw new Error('no NatterContext');
  return natter;
}

export function useChat(): ChatStore {
  const chat = use(ChatContext);
  if (!chat) throw new Error('no ChatContext');
  return chat;
}

/** A part of a store's state; drawn again when that part is another one. */
export function useStore<State extends object, Part>(store: Store<State>, select: (state: State) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.snapshot()));
}

export const useChatState = <Part>(select: (state: ChatState) => Part): Part => useStore(useChat(), select);

export const useSession = (): SessionState => useStore(useNatter().session, ({ session }) => session);
