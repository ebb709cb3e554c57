using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Profiles;

/// <summary>Finds switches about thinking that a template reads and that change what it writes (<c>enable_thinking</c>, <c>preserve_thinking</c> …).</summary>
internal sealed class ModeProbe(Func<RenderRequest, RenderedConversation?> render, string source)
{
    private const int MaxSwitches = 6;

    /// <summary>The empty map, then single switches, then pairs, each once, without those that change nothing.</summary>
    public IReadOnlyList<RowValue> Modes(Func<string, RowValue> content)
    {
        var none = RowValue.MapOf();
        var modes = new List<RowValue> { none };
        var seen = new HashSet<string>(StringComparer.Ordinal) { Fingerprint(none, content) };
        var names = ThinkingSwitches.In(source).Take(MaxSwitches).ToArray();
        foreach (var name in names)
            foreach (var value in (bool[])[false, true])
                Add(none.With(name, RowValue.Of(value)));
        for (var i = 0; i < names.Length; i++)
            for (var j = i + 1; j < names.Length; j++)
                foreach (var (a, b) in ((bool, bool)[])[(false, false), (false, true), (true, false), (true, true)])
                    Add(none.With(names[i], RowValue.Of(a)).With(names[j], RowValue.Of(b)));
        return modes;

        void Add(RowValue mode)
        {
            if (seen.Add(Fingerprint(mode, content))) modes.Add(mode);
        }
    }

    private string Fingerprint(RowValue mode, Func<string, RowValue> content)
    {
        var first = TemplateProbe.User(content("Uq1"));
        var answer = TemplateProbe.Assistant(("content", content("Ak1")));
        var thought = TemplateProbe.Assistant(("content", content("Ak2")), ("reasoning_content", RowValue.Of("Rz2")), ("thinking", RowValue.Of("Rz2")));
        IReadOnlyList<RowValue>[] chats = [[first], [first, answer], [first, thought], [first, answer, first, answer], [first, thought, first, thought]];
        return string.Join('\u0001', chats.Select((chat, i) => render(new RenderRequest { Messages = chat, AddGenerationPrompt = i == 0, Kwargs = mode })?.Text ?? "\u0002"));
    }
}
