import { escapeHtml } from './escape';
import type { FollowUp } from './types';

/** A page with a message as its reader gets it, for people to look at; empty for one that is not written. */
export function followUpPreview({ write, to, subject, html }: FollowUp): string {
	if (!write) return '';
	return `<!doctype html>
<html>
<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body>
<p>To: ${escapeHtml(to)}<br>Subject: ${escapeHtml(subject)}</p>
<hr>
${html}
</body>
</html>
`;
}
