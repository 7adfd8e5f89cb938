/**
 * Runs before the first paint: a diver who comes back sees his conversation at once and not the landing view for a moment.
 * The content security policy names it by its hash (`tools/seal.js`).
 */
export const earlyScript =
  "try{if(localStorage.getItem('dovvybuddy.conversation'))document.documentElement.dataset.view='chat'}catch{}";
