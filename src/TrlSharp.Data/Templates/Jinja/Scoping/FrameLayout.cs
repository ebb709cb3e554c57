using TrlSharp.Templates.Jinja.Expressions;

namespace TrlSharp.Templates.Jinja.Scoping;

/// <summary>What the variables of a block hold when it is entered: nothing, or the value of the variable that they hide.</summary>
/// <param name="loads">Where the value comes from; where that one has none, what comes in its stead.</param>
internal sealed class FrameLayout(IReadOnlyList<(int Slot, Place? From, Place? Else)> loads)
{
    private readonly (int Slot, Place? From, Place? Else)[] _loads = [.. loads];

    public void Enter(RenderState state)
    {
        if (_loads.Length > 0) Load(state);
    }

    private void Load(RenderState state)
    {
        var slots = state.Activation.Slots;
        foreach (var (slot, from, otherwise) in _loads)
            slots[slot].Value = (from is { } place ? state.Find(place) : null) ?? (otherwise is { } other ? state.Find(other) : null);
    }
}
