using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>
/// Renders of one conversation that several sets of template variables have in common. A render that asked for none of the variables in which two sets
/// differ is the very same render under both.
/// </summary>
internal sealed class SharedRenders(int messages)
{
    private readonly List<(RowValue Variables, RenderIndex Render)>?[] _texts = new List<(RowValue, RenderIndex)>?[messages + 1];
    private readonly List<(RowValue Variables, RenderedConversation Render)>?[] _prompts = new List<(RowValue, RenderedConversation)>?[messages + 1];

    /// <summary>The first messages as a history under these variables; null where it has to be rendered.</summary>
    public RenderIndex? Text(int count, RowValue variables) => Find(_texts[count], variables, r => r.Rendered);

    /// <summary>What stands before a message that is sampled, likewise.</summary>
    public RenderedConversation? Prompt(int index, RowValue variables) => Find(_prompts[index], variables, r => r);

    /// <summary>Where a prompt may begin that differs from those that are known in its ending only; null for none.</summary>
    public RenderBeginning? Beginning(int index) => _prompts[index]?[^1].Render.Beginning;

    public void Add(int count, RowValue variables, RenderIndex text) => (_texts[count] ??= []).Add((variables, text));

    public void Add(int index, RowValue variables, RenderedConversation prompt) => (_prompts[index] ??= []).Add((variables, prompt));

    private static T? Find<T>(List<(RowValue Variables, T Render)>? known, RowValue variables, Func<T, RenderedConversation> rendered)
        where T : class
    {
        if (known is null) return null;
        foreach (var (others, render) in known)
            if (rendered(render).Reads.AreSameUnder(variables, others)) return render;
        return null;
    }
}
