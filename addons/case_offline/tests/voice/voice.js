/* A voice of Swahili for the tests: it keeps what it was asked to say. */
/* global self, chrome */
self.said = [];
chrome.ttsEngine.onSpeak.addListener((text, options, answer) => {
    self.said.push(text);
    answer({ type: "end", charIndex: text.length });
});
chrome.ttsEngine.onStop.addListener(() => null);
