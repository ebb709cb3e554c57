using TrlSharp.Templates.Jinja.Expressions;

namespace TrlSharp.Templates.Jinja.Scoping;

/// <summary>What the variables of a block hold when it is entered: nothing, or the value of the variable that they hide.</summary>
internal sealed class FrameLayout(IReadOnlyList<(int Slot, Place? From)> loads)
{
    private readonly (int Slot, Place? From)[] _loads = [.. loads];

    public void Enter(RenderState state)
    {
        var slots = state.Activation.Slots;
        foreach (var (slot, from) in _loads) slots[slot].Value = from is { } place ? state.Find(place) : null;
    }
}
