import fc from 'fast-check';
import { parse, type DefaultTreeAdapterTypes } from 'parse5';

import { followUpComposer, parseLead, TemplateError } from '../../nodes/lead';
import { RECEIVED_AT } from '../unit/lead/support';
import { fuzz, inLinearTime } from './support/fuzz';
import { longText } from './support/inputs';

const WORDS = [
	...['[[company]]', '[[email]]', '[[phone]]', '[[salutation]]', '[[offer]]', '[[nothing]]'],
	...['<a href="[[company]]">', "<a title='[[company]]'>", '<a href="tel:[[phone]]">', 'placez'],
	...[
		'<div style="',
		'<svg>',
		'<title>',
		'<textarea>',
		'</',
		'/>',
		'=""',
		' onclick="',
		'<template>',
	],
];

const leadNamed = (company: string) =>
	parseLead(
		{
			LeadSource: 'SPZA-PLT|contoso.crm',
			UserDetails: { Email: 'kim@contoso.com', Company: company, FirstName: company },
			OfferTitle: company,
		},
		{ receivedAt: RECEIVED_AT },
	);

const BENIGN = leadNamed('Contoso');
const HOSTILE = [
	'"><script>alert(1)</script>',
	"' onmouseover='alert(1)",
	'--><img src=x onerror=alert(1)>',
	'</title></textarea></style><b>',
	'javascript:alert(1)',
	'&lt;b&gt;\u2028=?utf-8?q?a?=',
].map(leadNamed);

/** Attributes that a browser follows. */
const LINKS = new Set(['href', 'src', 'action', 'formaction', 'data', 'poster', 'background']);

type Node = DefaultTreeAdapterTypes.Node;

/** Elements and names of attributes, and the schemes of links: what a value must never change. */
function structureOf(html: string): string {
	const parts: string[] = [];
	const open: Node[] = [parse(html)];
	for (let node = open.pop(); node; node = open.pop()) {
		if (node.nodeName === '#comment') parts.push('comment');
		if ('tagName' in node) {
			const names = node.attrs.map(({ name, value }) =>
				LINKS.has(name) && /^\s*(?:javascript|vbscript|data):/i.test(value) ? `${name}!` : name,
			);
			parts.push(`${node.tagName}(${names.join()})`);
		}
		if ('childNodes' in node) open.push(...node.childNodes);
		if ('content' in node) open.push(node.content);
	}
	return parts.join(' ');
}

/** The composer of templates; nothing where they are refused, which they may be with a reason alone. */
function composerOf(html: string, subject: string, text: string) {
	try {
		return inLinearTime(() =>
			followUpComposer({ templates: { active: { html, subject, text } }, sender: text }),
		);
	} catch (error) {
		if (!(error instanceof TemplateError)) throw error;
		expect(error.message.length).toBeLessThan(500);
		expect(error.description).not.toBe('');
		return undefined;
	}
}

fuzz(
	'templates',
	fc.tuple(longText(WORDS), longText(WORDS, 2_000), longText(WORDS)),
	([html, subject, text]) => {
		composerOf('', subject, text)?.(BENIGN);
		composerOf('', '', text)?.(BENIGN);
		const compose = composerOf(html, '', '');
		if (compose === undefined) return;
		const benign = inLinearTime(() => compose(BENIGN));
		for (const lead of HOSTILE) {
			const { html: written, subject: line } = inLinearTime(() => compose(lead));
			expect(line).not.toMatch(/[\r\n]|=\?[^?]+\?[bq]\?/i);
			if (html.length < 20_000) expect(structureOf(written)).toBe(structureOf(benign.html));
		}
	},
);
