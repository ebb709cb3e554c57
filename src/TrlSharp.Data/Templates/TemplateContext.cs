using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates;

/// <summary>What a template sees under the names it reads: what the request says, then special tokens, then functions. Found once, when the template is parsed.</summary>
internal sealed class TemplateContext
{
    private readonly IReadOnlyList<string> _names;
    private readonly Value?[] _constants;
    private readonly int _messages, _tools, _documents, _generationPrompt;

    public TemplateContext(TemplateProgram program, IReadOnlyDictionary<string, string> specialTokens)
    {
        _names = program.ContextNames;
        _constants = [.. _names.Select(name => specialTokens.TryGetValue(name, out var text) ? Token(name, text) : name == "self" ? new SelfValue(program.Blocks) : Globals.Find(name))];
        (_messages, _tools, _documents, _generationPrompt) = (Slot("messages"), Slot("tools"), Slot("documents"), Slot("add_generation_prompt"));
    }

    /// <summary>The names by slot.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The values of one render, by slot; null where a name is not defined.</summary>
    public Value?[] For(RenderRequest request)
    {
        var values = new Value?[_constants.Length];
        _constants.CopyTo(values);
        if (request.Kwargs is { } kwargs)
        {
            for (var i = 0; i < values.Length; i++)
                if (kwargs.Find(_names[i]) is { } value) values[i] = DataValues.Of(value, OriginKind.Kwarg, -1, _names[i]);
        }

        if (_messages >= 0) values[_messages] = request.Prepared?.First(request.Messages.Count) ?? DataValues.Messages(request.Messages);
        if (_tools >= 0) values[_tools] = request.Prepared?.Tools ?? DataValues.Tools(request.Tools);
        if (_documents >= 0) values[_documents] = request.Documents is { } documents ? DataValues.Of(documents, OriginKind.Documents, -1, "") : NoneValue.Instance;
        if (_generationPrompt >= 0) values[_generationPrompt] = BooleanValue.Of(request.AddGenerationPrompt);
        return values;
    }

    private int Slot(string name)
    {
        for (var i = 0; i < _names.Count; i++)
            if (_names[i] == name) return i;
        return -1;
    }

    private static TextValue Token(string name, string text) => TextValue.Of(text, Runs.Exact(text.Length, new Origin(OriginKind.Builtin, -1, name, 0, -1)));
}
