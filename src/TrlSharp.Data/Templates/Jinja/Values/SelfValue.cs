using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Statements;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>The variable <c>self</c>: the blocks of the template by name.</summary>
internal sealed class SelfValue(IReadOnlyDictionary<string, BlockStatement> blocks) : Value
{
    public override string TypeName => "TemplateReference";

    public override Value? Item(Value key) => key is TextValue text ? Attribute(text.Text) : null;

    public override Value? Attribute(string name) => blocks.TryGetValue(name, out var block) ? new FunctionValue(name, (state, arguments) => Write(block, state, arguments)) : null;

    public override void AppendRepr(TextBuilder output, in RenderedSpan here) => output.Append("<TemplateReference None>", here);

    private static TextValue Write(BlockStatement block, RenderState state, Arguments arguments)
    {
        arguments.Bind(0);
        return block.Call(state);
    }
}
