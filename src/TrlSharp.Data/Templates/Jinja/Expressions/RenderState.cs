using System.Numerics;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary>Everything that changes while one template is rendered.</summary>
/// <param name="budget">Limits against hostile templates.</param>
/// <param name="context">What the caller gave, by the template's context slots.</param>
/// <param name="size">Number of the template's own variables.</param>
/// <param name="now">What the clock says; null: asking is refused.</param>
internal sealed class RenderState(RenderBudget budget, Value?[] context, int size, DateTime? now)
{
    private long _steps;
    private long _charged;
    private int _generations;

    /// <summary>Variables of the function that runs.</summary>
    public Activation Activation { get; set; } = new(size, null);

    /// <summary>Where output goes: the text, or the body of a macro or block.</summary>
    public TextBuilder Output { get; set; } = new();

    /// <summary>The message in whose iteration we are; −1 for none.</summary>
    public int Owner { get; set; } = -1;

    /// <summary>Whether an enclosing condition reads <c>add_generation_prompt</c>.</summary>
    public bool Prompt { get; set; }

    /// <summary>Number of the generation block we are in; 0 for none.</summary>
    public int Generation { get; set; }

    /// <summary>Line of the statement being executed.</summary>
    public int Line { get; set; }

    /// <summary>Nested calls of macros.</summary>
    public int Depth { get; set; }

    /// <summary>The literal at which computed text (numbers, glue) is attributed.</summary>
    public Origin Here { get; set; } = new(OriginKind.Literal, -1, "", 1, -1);

    public DateTime? Now => now;

    /// <summary>A run of the current place for computed text.</summary>
    public Run Run => new(0, Here, 0, 0, false, Owner, Prompt);

    /// <summary>The value of a variable; null where none is assigned.</summary>
    public Value? Find(Place place) => place.Up switch
    {
        0 => Activation.Slots[place.Slot],
        Place.InContext => context[place.Slot],
        var up => Activation.At(up).Slots[place.Slot],
    };

    public void Set(Place place, Value value) => Activation.At(place.Up).Slots[place.Slot] = value;

    public int NextGeneration() => ++_generations;

    /// <summary>One step of work.</summary>
    public void Step()
    {
        if (++_steps > budget.Steps) throw EvaluationException.Budget($"more than {budget.Steps} steps; raise RenderBudget.Steps if the template is trusted");
    }

    /// <summary>Characters or elements that are about to be made.</summary>
    public void Charge(BigInteger size)
    {
        if (size > budget.Characters || (_charged += (long)size) > budget.Characters)
            throw EvaluationException.Budget($"more than {budget.Characters} characters made; raise RenderBudget.Characters if the template is trusted");
    }

    public void EnterCall()
    {
        Step();
        if (++Depth > budget.Depth) throw EvaluationException.Budget($"calls nested deeper than {budget.Depth}");
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    public void LeaveCall() => Depth--;

    /// <summary>Runs <paramref name="body"/> with output going aside, and returns that output.</summary>
    public TextValue Capture(Action body)
    {
        var outer = Output;
        Output = new();
        try
        {
            body();
            return Output.ToValue();
        }
        finally
        {
            Output = outer;
        }
    }
}
