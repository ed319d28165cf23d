import {
  Button,
  Checkbox,
  createTheme,
  Menu,
  Modal,
  Select,
  TextInput,
  Tooltip,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const stone: MantineColorsTuple = [
  '#fafaf9',
  '#f5f5f4',
  '#e7e5e4',
  '#d6d3d1',
  '#c6c0ba',
  '#78716c',
  '#57534e',
  '#44403c',
  '#292524',
  '#1c1917',
];

/** Colors from text to the darkest surface, in the order of the `dark` scale of Mantine. */
const night: MantineColorsTuple = [
  '#edebe8',
  '#cfcac4',
  '#b5afa8',
  '#938c85',
  '#47423d',
  '#3a3531',
  '#211e1c',
  '#1c1a18',
  '#181614',
  '#151413',
];

const amber: MantineColorsTuple = [
  '#fffbeb',
  '#fef3c7',
  '#fde68a',
  '#fcd34d',
  '#fbbf24',
  '#f59e0b',
  '#d97706',
  '#b45309',
  '#92400e',
  '#78350f',
];

export const theme = createTheme({
  colors: { gray: stone, dark: night, amber },
  primaryColor: 'amber',
  primaryShade: { light: 6, dark: 4 },
  autoContrast: true,
  defaultRadius: 'sm',
  radius: { xs: '3px', sm: '6px', md: '8px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  components: {
    Button: Button.extend({
      defaultProps: { size: 'xs', variant: 'default' },
      // The primary button has the text color: other colors represent services and errors.
      vars: (_theme, { variant }) => ({
        root:
          variant === 'filled'
            ? {
                '--button-bg': 'var(--ink)',
                '--button-hover': 'var(--ink-muted)',
                '--button-color': 'var(--surface)',
              }
            : {},
      }),
    }),
    TextInput: TextInput.extend({ defaultProps: { size: 'xs' } }),
    Select: Select.extend({
      defaultProps: {
        size: 'xs',
        checkIconPosition: 'right',
        role: 'combobox',
        comboboxProps: { shadow: 'md', offset: 4 },
        // The list scrolls itself, because Mantine’s scroll area is not reachable by keyboard.
        withScrollArea: false,
      },
      styles: { options: { maxHeight: 280, overflowY: 'auto' } },
    }),
    Checkbox: Checkbox.extend({ defaultProps: { size: 'xs' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withArrow: false, fz: 'xs' } }),
    // ARIA menus must not contain focusable elements other than items.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({ defaultProps: { centered: true } }),
  },
});

/** Maps the variables of Mantine to those of tokens.css. */
export const cssVariables: CSSVariablesResolver = () => {
  const ours = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-faint)',
    '--mantine-color-placeholder': 'var(--ink-faint)',
    '--mantine-color-error': 'var(--error)',
    '--mantine-color-default-hover': 'var(--surface-hover)',
  };
  return { variables: {}, light: ours, dark: ours };
};
