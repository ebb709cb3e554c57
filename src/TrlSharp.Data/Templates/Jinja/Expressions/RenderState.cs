using System.Runtime.CompilerServices;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Statements;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary>Everything that changes while one template is rendered.</summary>
/// <param name="budget">Limits against hostile templates.</param>
/// <param name="context">What the caller gave, by the template's context slots.</param>
/// <param name="template">The template's own variables.</param>
/// <param name="request">What is rendered: the clock is asked for, and how large it is.</param>
internal sealed unsafe class RenderState(RenderBudget budget, Value?[] context, Activation template, RenderRequest request)
{
    private static readonly Origin Start = new(OriginKind.Literal, -1, "", 1, -1);
    private readonly RenderBudget _budget = budget;
    private long _steps = budget.Steps;
    private long _characters = budget.Characters;
    private bool _extended;
    private int _generations;
    private nuint _guarded = nuint.MaxValue; // the stack is known to reach below this address

    /// <summary>A render that has come to where another one was.</summary>
    public RenderState(RenderBeginning begun, Value?[] context, RenderRequest request)
        : this(begun.State._budget, context, begun.State.Template, request)
    {
        (_steps, _characters, Line, Here) = begun.Place;
        Reads = begun.Reads.Slots;
        Output.Begin(begun.Rendered, begun.Written);
    }

    /// <summary>Variables of the template itself.</summary>
    public Activation Template => template;

    /// <summary>Variables of the function that runs.</summary>
    public Activation Activation { get => field ?? Template; set; }

    /// <summary>Where output goes: the text, or the body of a macro or block.</summary>
    public TextBuilder Output { get; set; } = new();

    /// <summary>The message in whose iteration we are; −1 for none.</summary>
    public int Owner { get; set; } = -1;

    /// <summary>Whether an enclosing condition reads <c>add_generation_prompt</c>.</summary>
    public bool Prompt { get; set; }

    /// <summary>Whether what is printed is escaped for HTML.</summary>
    public bool Escapes { get; set; }

    /// <summary>Number of the generation block we are in; 0 for none.</summary>
    public int Generation { get; set; }

    /// <summary>Line of the statement being executed.</summary>
    public int Line { get; set; }

    /// <summary>Nested calls of macros.</summary>
    public int Depth { get; set; }

    /// <summary>The literal at which computed text (numbers, glue) is attributed.</summary>
    public Origin Here { get; set; } = Start;

    public DateTime? Now => request.Now;

    /// <summary>Texts that are about to be joined, those of an expression behind those of the expressions around it.</summary>
    public PieceStack Pieces => field ??= new();

    /// <summary>A run of the current place for computed text.</summary>
    public RenderedSpan Run => new(0, 0, Here, 0, 0, false, Owner, Prompt);

    /// <summary>The value of a variable; null where none is assigned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Value? Find(Place place) => place.Up == 0 ? Activation.Slots[place.Slot].Value : FindOutside(place);

    private Value? FindOutside(Place place) => place.Up == Place.InContext ? FindInContext(place.Slot) : Activation.At(place.Up).Slots[place.Slot].Value;

    private Value? FindInContext(int slot)
    {
        Reads |= 1UL << (slot % 64);
        return context[slot];
    }

    public void Set(Place place, Value value) => Activation.At(place.Up).Slots[place.Slot].Value = value;

    /// <summary>Slots of the context that were asked for; all of them once the size of the request has extended a limit.</summary>
    public ulong Reads { get; private set; }

    /// <summary>Where the render is.</summary>
    public Mark Position => new(_steps, _characters, Line, Here);

    /// <summary>A place in a render.</summary>
    /// <param name="Steps">That are left.</param>
    /// <param name="Characters">That are left.</param>
    /// <param name="Line">Of the last statement.</param>
    /// <param name="Here">The last literal.</param>
    public readonly record struct Mark(long Steps, long Characters, int Line, Origin Here);

    public int NextGeneration() => ++_generations;

    /// <summary>One step of work.</summary>
    public void Step()
    {
        if (--_steps < 0) Extend();
    }

    /// <summary>Characters or elements that are about to be read or made.</summary>
    public void Charge(long size)
    {
        if ((_characters -= Math.Max(0, size)) < 0) Extend();
    }

    /// <summary>Texts that are about to be joined.</summary>
    public void Charge(params ReadOnlySpan<TextValue> texts)
    {
        const int CostOfRun = 16;
        foreach (var text in texts) Charge(text.Text.Length + ((long)text.Runs.Length * CostOfRun));
    }

    /// <summary>An operation looks at all of a value.</summary>
    public void Touch(Value value) => Charge(value is TextValue text ? text.Text.Length : value.Weight);

    /// <summary>The text of a value as it is printed; large ones are paid for before they are made.</summary>
    public TextValue Text(Value value)
    {
        if (value is TextValue text) return text;
        const int PrintedPerElement = 4;
        Charge(Math.Min(value.Weight, long.MaxValue / PrintedPerElement) * PrintedPerElement);
        var printed = value.ToText(Run);
        Charge(printed.Text.Length);
        return printed;
    }

    /// <summary>Text to the output, as of the place where we are.</summary>
    public void Write(TextValue text)
    {
        Charge(text.Text.Length);
        Output.Append(text, Owner, Prompt, Generation);
    }

    /// <summary>Large inputs allow more, but their size is asked for only when a limit is met.</summary>
    private void Extend()
    {
        if (!_extended)
        {
            const int StepsPerMessage = 4000, CharactersPerCharacter = 64;
            _extended = true;
            Reads = ulong.MaxValue;
            var (messages, characters) = InputSize.Of(request);
            _steps += messages * StepsPerMessage;
            _characters += characters * CharactersPerCharacter;
        }

        if (_steps < 0) throw EvaluationException.Budget($"more than {_budget.Steps} steps; raise RenderBudget.Steps if the template is trusted");
        if (_characters < 0) throw EvaluationException.Budget($"more than {_budget.Characters} characters read or made; raise RenderBudget.Characters if the template is trusted");
    }

    public void EnterCall()
    {
        Step();
        if (++Depth > _budget.Depth) throw EvaluationException.Budget($"calls nested deeper than {_budget.Depth}");
        GuardStack();
    }

    /// <summary>
    /// Every node that nests calls this. .NET's own check promises 128 KB (64 on 32 bits) and is slow, so it is asked only where the stack has grown by
    /// a part of that since it was last asked.
    /// </summary>
    public void GuardStack()
    {
        byte here;
        if ((nuint)(&here) < _guarded) GuardStack((nuint)(&here));
    }

    private void GuardStack(nuint here)
    {
        const int Step = 24 << 10;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _guarded = here - Step;
    }

    public void LeaveCall() => Depth--;

    /// <summary>Runs statements with output going aside, and returns that output and how they ended.</summary>
    public (TextValue Text, Flow Flow) Capture(Statement[] body)
    {
        var outer = Output;
        Output = new();
        var flow = Statement.ExecuteAll(body, this);
        var text = Output.ToValue();
        Output = outer;
        return (text, flow);
    }
}
