/**
 * Runs before the first paint: a diver who comes back sees his conversation at once and not the landing view for a moment,
 * and hears of it where a part of the page's JavaScript is lost on the way.
 * The content security policy names it by its hash (`tools/seal.js`).
 */
export const earlyScript =
  "try{if(localStorage.getItem('dovvybuddy.conversation'))document.documentElement.dataset.view='chat'}catch{}" +
  "addEventListener('error',e=>{if(e.target.defer)document.documentElement.dataset.unloaded=''},true)";
