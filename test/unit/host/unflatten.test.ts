import { unflatten } from '../../../scripts/host/unflatten.ts';

it('puts values in the places of their positions', () => {
	expect(unflatten('[{"a":"1","n":1,"list":"2"},"text",["1",true,null,"3"],{"b":"1"}]')).toEqual({
		a: 'text',
		n: 1,
		list: ['text', true, null, { b: 'text' }],
	});
});

it('keeps text that reads like a position', () => {
	expect(unflatten('[{"phone":"1"},"0"]')).toEqual({ phone: '0' });
});

it('takes what holds itself', () => {
	const loop = unflatten('[{"me":"0"}]') as { me: unknown };
	expect(loop.me).toBe(loop);
});

it('takes a value that is no object', () => {
	expect(unflatten('["text"]')).toBe('text');
});
